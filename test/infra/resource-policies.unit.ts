import { describe, expect, it } from 'vitest'
import { readable, resourcesOf, shortId, stageNames } from './synthesized.ts'

interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Principal: string | { AWS?: unknown; Service?: string }
  Resource: unknown
  Condition?: Record<string, Record<string, unknown>>
}

const statementsIn = (document: unknown) => (document as { Statement: Statement[] }).Statement
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

/** `Allow ses.amazonaws.com sns:Publish on MailEvents`, with the condition if there is one. */
function describeStatement({ Effect, Action, Principal, Resource, Condition = {} }: Statement): string {
  const who = typeof Principal === 'string' ? Principal : (Principal.Service ?? readable(Principal.AWS))
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => ` if ${operator} ${key} ${readable(value)}`),
  )
  const where = list(Resource).map(readable).join(' ')
  return `${Effect} ${who} ${list(Action).join(' ')} on ${where}${conditions.join('')}`
}

describe.each(stageNames)('resource policies of %s', (stage) => {
  const policiesOf = (type: string) =>
    resourcesOf(stage, type).flatMap(({ Properties }) => statementsIn(Properties.PolicyDocument).map(describeStatement))

  it('are attached to the resource that they speak of', () => {
    for (const type of ['AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy'])
      for (const { id, Properties } of resourcesOf(stage, type)) {
        const attachedTo = [Properties.Queues, Properties.Bucket, Properties.Topics]
          .flat()
          .filter(Boolean)
          .map(readable)
        const named = statementsIn(Properties.PolicyDocument).flatMap(({ Resource }) => list(Resource).map(readable))
        expect(attachedTo, id).toEqual([...new Set(named.map((name) => name.replace('/*', '')))])
      }
  })

  const idsOf = (type: string) => resourcesOf(stage, type).map(({ id }) => shortId(id))
  /** Budgets belong to no region. */
  const budgets = 'budgets::{AccountId}:*'
  const withoutTls = 'if Bool aws:SecureTransport false'
  const onBehalfOf = (source: string) =>
    `if StringEquals aws:SourceAccount {AccountId} if ArnLike aws:SourceArn ${source}`

  it('let nobody use a queue without TLS, and only EventBridge and SNS send to one directly what they cannot deliver', () => {
    const expected = idsOf('AWS::SQS::Queue').map((queue) => `Deny * sqs:* on ${queue} ${withoutTls}`)
    const sends = (service: string, queue: string, source: string) =>
      `Allow ${service}.amazonaws.com sqs:SendMessage on ${queue} ${onBehalfOf(source)}`
    expected.push(sends('events', 'SchedulesDeadLetters', 'events:rule/*'))
    if (stage !== 'local')
      expected.push(
        sends('events', 'RecordScanDeadLetters', 'events:rule/scan-results'),
        sends('sns', 'RecordBounceDeadLetters', 'sns:mail-events'),
        sends('sns', 'AlarmsDeadLetters', 'AlarmTopic'),
      )
    expect(policiesOf('AWS::SQS::QueuePolicy').sort()).toEqual(expected.sort())
  })

  it('let nobody use a bucket without TLS, and open none to anybody', () => {
    expect(policiesOf('AWS::S3::BucketPolicy')).toEqual([
      `Deny * s3:* on Archive Archive/* ${withoutTls}`,
      `Deny * s3:* on Digests Digests/* ${withoutTls}`,
      `Deny * s3:* on Bucket Bucket/* ${withoutTls}`,
    ])
  })

  it('let nobody publish without TLS, only CloudWatch and AWS Budgets publish alarms, and only SES mail events', () => {
    const expected = idsOf('AWS::SNS::Topic').map((topic) => `Deny * sns:Publish on ${topic} ${withoutTls}`)
    if (stage !== 'local')
      expected.push(
        `Allow cloudwatch.amazonaws.com sns:Publish on AlarmTopic ${onBehalfOf('cloudwatch:alarm:*')}`,
        `Allow budgets.amazonaws.com sns:Publish on AlarmTopic ${onBehalfOf(budgets)}`,
        `Allow ses.amazonaws.com sns:Publish on MailEvents ${onBehalfOf('ses:configuration-set/mail')}`,
      )
    expect(policiesOf('AWS::SNS::TopicPolicy').sort()).toEqual(expected.sort())
  })

  it('let only the account and the services that publish use each key: they may not use the AWS managed key of SNS', () => {
    const policyOf = (sources: Record<string, string>) => [
      'Allow iam::{AccountId}:root kms:* on *',
      ...Object.entries(sources).map(
        ([service, source]) =>
          `Allow ${service}.amazonaws.com kms:Decrypt kms:GenerateDataKey* on * ${onBehalfOf(source)}`,
      ),
    ]
    const keys = resourcesOf(stage, 'AWS::KMS::Key').map(({ id, Properties }) => [
      shortId(id),
      statementsIn(Properties.KeyPolicy).map(describeStatement),
    ])
    expect(Object.fromEntries(keys)).toEqual(
      stage === 'local'
        ? {}
        : {
            AlarmTopicKey: policyOf({ cloudwatch: 'cloudwatch:alarm:*', budgets }),
            MailEventsKey: policyOf({ ses: 'ses:configuration-set/mail' }),
          },
    )
  })

  it('let a service invoke a function only from the source that is wired to it', () => {
    const permissions = resourcesOf(stage, 'AWS::Lambda::Permission')
      .map(({ Properties }) => Properties)
      // Routes of the API are in http-api.unit.ts.
      .filter(({ Principal }) => Principal !== 'apigateway.amazonaws.com')
      .map(({ Action, Principal, FunctionName, SourceArn, SourceAccount }) => {
        // The ARN of a bucket has no account: its name could be taken by a stranger once it is deleted.
        const account = SourceAccount ? ` of ${readable(SourceAccount)}` : ''
        return `${Principal} ${Action} ${readable(FunctionName)} from ${readable(SourceArn)}${account}`
      })
    const schedules = [
      'ReconcileConsumers',
      'ReconcileData',
      'ReconcileSagas',
      'SweepCopies',
      'SweepOutbox',
      'SweepUploads',
    ]
    const onAws = [
      'events.amazonaws.com lambda:InvokeFunction RecordScan from ScanResults',
      'sns.amazonaws.com lambda:InvokeFunction RecordBounce from MailEvents',
    ]
    expect(permissions.sort()).toEqual(
      [
        ...schedules.map((name) => `events.amazonaws.com lambda:InvokeFunction ${name} from ${name}Schedule`),
        's3.amazonaws.com lambda:InvokeFunction RecordUpload from s3:::attachments-{AccountId}-{Region} of {AccountId}',
        ...(stage === 'local' ? [] : onAws),
      ].sort(),
    )
  })
})
