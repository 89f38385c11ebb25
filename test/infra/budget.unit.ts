import { describe, expect, it } from 'vitest'
import { awsStageNames, stages, withBudget } from '../../infra/stages.ts'
import { readable, resourcesOf, single } from './synthesized.ts'

describe.each(awsStageNames)('the budget of %s', (stage) => {
  const { Properties } = single(resourcesOf(stage, 'AWS::Budgets::Budget'))

  it('is what the stage says, per month', () => {
    expect(Properties.Budget).toEqual({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: { dev: 50, staging: 100, prod: 1000 }[stage], Unit: 'USD' },
    })
  })

  it('tells whoever hears the alarms when 80% are spent, and when more than all of it is expected', () => {
    const notifications = Properties.NotificationsWithSubscribers as {
      Notification: Record<string, unknown>
      Subscribers: { SubscriptionType: string; Address: unknown }[]
    }[]
    const told = notifications.map(({ Notification: { NotificationType, ThresholdType, Threshold }, Subscribers }) => {
      const { SubscriptionType, Address } = single(Subscribers)
      return `${NotificationType} ${Threshold} ${ThresholdType} to ${SubscriptionType} ${readable(Address)}`
    })
    expect(told).toEqual(['ACTUAL 80 PERCENTAGE to SNS AlarmTopic', 'FORECASTED 100 PERCENTAGE to SNS AlarmTopic'])
  })

  it('is made after the topic lets AWS Budgets publish', () => {
    const { DependsOn = [] } = single(resourcesOf(stage, 'AWS::Budgets::Budget'))
    expect(DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^AlarmTopicPolicy/)]))
  })
})

describe('a budget that is passed', () => {
  it('takes the place of the one of the stage', () => {
    expect(withBudget(stages.dev, '200').budgetUsd).toBe(200)
    expect(withBudget(stages.dev, undefined).budgetUsd).toBe(50)
  })

  it('is refused unless it is a whole number of USD', () => {
    for (const given of ['', '0', '-5', '12.5', '1e3', 'much'])
      expect(() => withBudget(stages.prod, given), given).toThrow('is no monthly budget')
  })

  it('means nothing on local, which costs nothing', () => {
    expect(withBudget(stages.local, '200')).toEqual(stages.local)
  })
})
