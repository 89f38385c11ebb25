import { describe, expect, it } from 'vitest'
import { awsStageNames, stages, withAlarmSubscriber } from '../../infra/stages.ts'
import { createApp, readable, resourcesIn, resourcesOf, single, synth, synthesize } from './synthesized.ts'

const subscriptionsIn = (resources: ReturnType<typeof resourcesIn>) =>
  resources.filter(
    ({ Type, Properties }) => Type === 'AWS::SNS::Subscription' && readable(Properties.TopicArn) === 'AlarmTopic',
  )

describe('a production stage', () => {
  it('is not deployed without someone who hears its alarms', () => {
    expect(() => withAlarmSubscriber(stages.prod, undefined)).toThrow('Nobody hears the alarms of stage "prod"')
  })

  it('is not synthesized with a subscriber that no alarm can reach', () => {
    for (const subscriber of ['', 'ops', 'http://ops.example', 'https://', 'ops@', 'a@b@c.example', 'https://u@h/x y'])
      expect(() => withAlarmSubscriber(stages.prod, subscriber), subscriber).toThrow('cannot receive alarms')
  })
})

describe('a stage on AWS that is not production', () => {
  it('warns when nobody hears its alarms, and is synthesized', () => {
    const app = createApp(withAlarmSubscriber(stages.dev, undefined))
    const { stacks } = synth(app)
    const messages = stacks.flatMap((stack) => stack.messages)
    expect(messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data))).toEqual([
      expect.stringContaining('Nobody hears the alarms of stage "dev"'),
    ])
  })
})

describe('the subscriber of the alarms', () => {
  it.each([
    ['ops@example.com', 'email'],
    ['https://pager.example/steadfast?token=a', 'https'],
  ])('may be %s', (subscriber, protocol) => {
    const templates = synthesize(withAlarmSubscriber(stages.prod, subscriber))
    const { Properties } = single(subscriptionsIn(resourcesIn(templates)))
    expect(Properties).toMatchObject({ Protocol: protocol, Endpoint: subscriber })
  })

  it('is subscribed once the topic has its policy and the dead-letter queue lets SNS send', () => {
    for (const stage of awsStageNames) {
      const { DependsOn } = single(subscriptionsIn(resourcesOf(stage)))
      expect(DependsOn).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^AlarmTopicPolicy/),
          expect.stringMatching(/^AlarmsDeadLettersPolicy/),
        ]),
      )
    }
  })

  it('is not there on local, which has no alarm topic', () => {
    expect(subscriptionsIn(resourcesOf('local'))).toEqual([])
  })
})
