import { describe, expect, it } from 'vitest'
import { grantsOf } from './grants.ts'
import { type Resource, readable, resourcesOf, shortId, stageNames, type Variant } from './synthesized.ts'

/** `cloudwatch uses AlarmTopic`: a service acts on a topic, a queue or a key for a resource of the template. */
interface Use {
  service: string
  action: string
  /** Short id of the topic, queue or key. */
  on: string
  /** The ARN of what the service acts for, as it is written. */
  source: string
}

interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: string | string[]
  Principal: '*' | { AWS?: unknown; Service?: string | string[] }
  Resource: unknown
  Condition?: Record<string, Record<string, unknown>>
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const variants: Variant[] = [...stageNames, 'prod with its own key']

describe.each(variants)('the topics, queues and keys of %s', (stage) => {
  const of = (type: string) => resourcesOf(stage, type)
  const topics = of('AWS::SNS::Topic')
  const queues = of('AWS::SQS::Queue')

  /** The topic or queue that a reference means: an ARN by name means a resource of another stack. */
  const idOf = (reference: unknown): string => {
    const text = readable(reference)
    const name = text.replace(/^(sns|sqs):/, '')
    const named = [...topics, ...queues].find(({ Properties }) =>
      [Properties.TopicName, Properties.QueueName].map(readable).includes(name),
    )
    return named ? shortId(named.id) : text
  }
  const statements = (property: string, id: string, types: string[]): Statement[] =>
    types
      .flatMap(of)
      .filter(({ Properties }) => list(Properties[property]).map(readable).includes(id))
      .flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement)
  const policyOf: Record<string, Statement[]> = Object.fromEntries([
    ...topics.map(({ id }) => [shortId(id), statements('Topics', shortId(id), ['AWS::SNS::TopicPolicy'])]),
    ...queues.map(({ id }) => [shortId(id), statements('Queues', shortId(id), ['AWS::SQS::QueuePolicy'])]),
    ...of('AWS::KMS::Key').map(({ id, Properties }) => [
      shortId(id),
      (Properties.KeyPolicy as { Statement: Statement[] }).Statement,
    ]),
  ])

  const ruleName = ({ Properties }: Resource) => `events:rule/${readable(Properties.Name)}`
  /** Who publishes to a topic, or sends to a queue without a role. */
  const direct: Use[] = [
    ...of('AWS::CloudWatch::Alarm').flatMap(({ Properties }) =>
      ((Properties.AlarmActions ?? []) as unknown[]).map((action) => ({
        service: 'cloudwatch',
        action: 'sns:Publish',
        on: idOf(action),
        source: 'cloudwatch:alarm:any',
      })),
    ),
    ...of('AWS::Budgets::Budget').flatMap(({ Properties }) =>
      (Properties.NotificationsWithSubscribers as { Subscribers: { Address: unknown }[] }[]).flatMap(
        ({ Subscribers }) =>
          Subscribers.map(({ Address }) => ({
            service: 'budgets',
            action: 'sns:Publish',
            on: idOf(Address),
            source: 'budgets::{AccountId}:budget/any',
          })),
      ),
    ),
    ...of('AWS::SES::ConfigurationSetEventDestination').map(({ Properties }) => ({
      service: 'ses',
      action: 'sns:Publish',
      on: idOf((Properties.EventDestination as { SnsDestination: { TopicARN: unknown } }).SnsDestination.TopicARN),
      source: `ses:configuration-set/${readable(Properties.ConfigurationSetName)}`,
    })),
    ...of('AWS::SNS::Subscription').flatMap(({ Properties }) => {
      const { deadLetterTargetArn } = (Properties.RedrivePolicy ?? {}) as { deadLetterTargetArn?: unknown }
      const use = { service: 'sns', action: 'sqs:SendMessage', source: idOf(Properties.TopicArn) }
      return deadLetterTargetArn ? [{ ...use, on: idOf(deadLetterTargetArn) }] : []
    }),
    ...of('AWS::Events::Rule').flatMap((rule) =>
      (rule.Properties.Targets as { DeadLetterConfig?: { Arn: unknown } }[]).flatMap(({ DeadLetterConfig }) =>
        DeadLetterConfig
          ? [{ service: 'events', action: 'sqs:SendMessage', on: idOf(DeadLetterConfig.Arn), source: ruleName(rule) }]
          : [],
      ),
    ),
  ]
  /** Who sends to a topic or queue that a key of the account encrypts also needs the key. */
  const ofKeys = direct.flatMap((use) => {
    const receiver = [...topics, ...queues].find(({ id }) => shortId(id) === use.on)
    const key = receiver?.Properties.KmsMasterKeyId
    return key ? ['kms:Decrypt', 'kms:GenerateDataKey*'].map((action) => ({ ...use, action, on: readable(key) })) : []
  })

  const isOf = (service: string, { Principal }: Statement) =>
    Principal !== '*' && list(Principal.Service).includes(`${service}.amazonaws.com`)
  /** CloudWatch Logs and its delivery act for log groups, which they name in the encryption context: customer-key.unit.ts. */
  const isOfLogs = ({ Principal }: Statement) =>
    Principal !== '*' && Principal.Service !== undefined && /^(delivery\.)?logs\./.test(readable(Principal.Service))
  const sourceOf = ({ Condition }: Statement) => Condition?.ArnLike?.['aws:SourceArn']
  const covers = (pattern: unknown, source: string) => {
    // A topic may be named by reference or by name.
    const expression = idOf(pattern)
      .replace(/[.?+^$()[\]{}|\\]/g, '\\$&')
      .replaceAll('*', '.*')
    return new RegExp(`^${expression}$`).test(source)
  }

  it('may be used by every service that the template makes use them, by resource policy and by key policy', () => {
    const forbidden = [...direct, ...ofKeys].filter(
      ({ service, action, on, source }) =>
        !(policyOf[on] ?? []).some(
          (statement) =>
            statement.Effect === 'Allow' &&
            isOf(service, statement) &&
            list(statement.Action).includes(action) &&
            covers(sourceOf(statement), source),
        ),
    )
    expect(forbidden).toEqual([])
    // One schedule at least: a test over nothing proves nothing.
    expect(direct.map(({ service }) => service)).toEqual(expect.arrayContaining(['events']))
    if (stage !== 'local')
      expect(new Set(direct.map(({ service }) => service))).toEqual(
        new Set(['budgets', 'cloudwatch', 'events', 'ses', 'sns']),
      )
  })

  it('trust a service only on behalf of this account and of one source: services act for strangers as well', () => {
    for (const [id, policy] of Object.entries(policyOf))
      for (const statement of policy.filter(
        (each) => each.Effect === 'Allow' && isService(each.Principal) && !isOfLogs(each),
      )) {
        const { StringEquals, ArnLike, ...others } = statement.Condition ?? {}
        expect(StringEquals, id).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } })
        expect(Object.keys(ArnLike ?? {}), id).toEqual(['aws:SourceArn'])
        expect(others, id).toEqual({})
        expect(readable(sourceOf(statement)), `${id} names a source`).not.toMatch(/^\*?$/)
      }
  })

  it('trust no service that makes no use of them, and nobody else but the account that owns a key', () => {
    const used = new Set([...direct, ...ofKeys].map(({ service, on }) => `${service} ${on}`))
    for (const [id, policy] of Object.entries(policyOf))
      for (const { Effect, Principal } of policy.filter((each) => each.Effect === 'Allow' && !isOfLogs(each))) {
        expect(Effect).toBe('Allow')
        if (Principal === '*') throw new Error(`${id} is open to everybody`)
        for (const service of list(Principal.Service ?? []))
          expect(used).toContain(`${String(service).replace('.amazonaws.com', '')} ${id}`)
        if (Principal.AWS) expect(readable(Principal.AWS), id).toBe('iam::{AccountId}:root')
      }
  })

  it('may be used by every function that sends its failures there, by its role', () => {
    const failing = [...of('AWS::Lambda::EventInvokeConfig'), ...of('AWS::Lambda::EventSourceMapping')].flatMap(
      ({ Properties }) => {
        const { OnFailure } = (Properties.DestinationConfig ?? {}) as { OnFailure?: { Destination: unknown } }
        return OnFailure ? [{ fn: readable(Properties.FunctionName), on: idOf(OnFailure.Destination) }] : []
      },
    )
    expect(failing.length).toBeGreaterThan(5)
    const grants = grantsOf(stage).filter(({ action }) => action === 'sqs:SendMessage')
    for (const { fn, on } of failing) {
      const may = grants.filter(({ role }) => role.replaceAll('-', '') === fn.toLowerCase())
      expect(
        may.map(({ resource }) => idOf(resource)),
        fn,
      ).toContain(on)
    }
  })
})

function isService(principal: Statement['Principal']): boolean {
  return principal !== '*' && principal.Service !== undefined
}
