import { describe, expect, it } from 'vitest'
import { awsStageNames } from '../../infra/stages.ts'
import { readable, resourcesOf, single } from './synthesized.ts'

describe.each(awsStageNames)('mail that %s sends', (stage) => {
  it('is followed: SES reports bounces and complaints to a topic', () => {
    const destination = single(resourcesOf(stage, 'AWS::SES::ConfigurationSetEventDestination')).Properties
    const { SnsDestination, ...settings } = destination.EventDestination as { SnsDestination: { TopicARN: unknown } }
    expect(readable(destination.ConfigurationSetName)).toBe('mail')
    expect(settings).toEqual({ Enabled: true, MatchingEventTypes: ['bounce', 'complaint'] })
    expect(readable(SnsDestination.TopicARN)).toBe('MailEvents')
  })

  it("ignores the account's own suppression list: a bounce in one tenant would stop mail of another, for good", () => {
    const { SuppressionOptions } = single(resourcesOf(stage, 'AWS::SES::ConfigurationSet')).Properties
    expect(SuppressionOptions).toEqual({ SuppressedReasons: [] })
  })

  it('has its reports recorded: record-bounce subscribes to the topic and may be called by it', () => {
    const subscriptions = resourcesOf(stage, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)
    const subscription = single(subscriptions.filter(({ TopicArn }) => readable(TopicArn) === 'MailEvents'))
    expect(subscription.Protocol).toBe('lambda')
    expect(readable(subscription.Endpoint)).toBe('RecordBounce')
  })

  it('is followed by a topic that exists, with its policy, before SES uses it', () => {
    const { DependsOn } = single(resourcesOf(stage, 'AWS::SES::ConfigurationSetEventDestination'))
    expect(DependsOn).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Mail$/), expect.stringMatching(/^MailEventsPolicy/)]),
    )
  })
})

describe('mail on local', () => {
  it('is not followed: emulators accept mail and report nothing', () => {
    expect(resourcesOf('local').filter(({ Type }) => /SES|SNS/.test(Type))).toEqual([])
  })
})
