import { describe, expect, it } from 'vitest'
import { grantsOf } from './grants.ts'
import { type Resource, readable, resourcesOf, shortId, shortName, stageNames } from './synthesized.ts'

/** One asynchronous way: nobody waits for its end, so a failure has to be kept, and told by an alarm. */
interface Way {
  /** Such as `rule ScanResults → RecordScan`. */
  name: string
  /** Queues that keep what fails: one for delivery and one for the function, where they differ. Empty text is a queue that lacks. */
  deadLetters: string[]
}

/** What tells that a way is silent: alarms, or why silence is normal. */
type Silence = { alarms: string[] } | { isNormal: string }

/** Ways that are neither queues nor schedules. A new one fails the test until someone has thought about its silence. */
const silence: Record<string, Silence> = {
  'stream Outbox → RelayOutbox': { alarms: ['RelaySilent', 'OutboxStuck'] },
  'stream Events → WatchEvents': { isNormal: 'Only tampering makes it run.' },
  'rule ScanResults → RecordScan': { alarms: ['UploadsLate'] },
  'bucket Bucket → RecordUpload': { alarms: ['UploadEventsMissing'] },
  'topic MailEvents → RecordBounce': { isNormal: 'Mail that arrives is not reported.' },
  'topic AlarmTopic → alarms@steadfast.example': { isNormal: 'Nothing is wrong.' },
}

/** A queue that nobody reads grows old; a schedule must run. */
function silenceOf(way: string): Silence | undefined {
  const [, kind, fn] = /^(queue|schedule) \w+ → (\w+)$/.exec(way) ?? []
  if (kind === 'queue') return { alarms: [`${fn}Late`] }
  return kind === 'schedule' ? { alarms: [`${fn}Silent`] } : silence[way]
}

/** Ways that AWS gives no dead letters: the service itself repeats, and what it says is found in another way. */
const withoutDeadLetters: Record<string, string> = {
  'AWS::SES::ConfigurationSetEventDestination':
    'SES to its topic: a bounce that is lost comes again with the next mail',
  'AWS::GuardDuty::MalwareProtectionPlan':
    'S3 to GuardDuty: a file without a verdict is rejected, and UploadsLate tells',
  'AWS::Budgets::Budget': 'AWS Budgets to the alarm topic: the state of the budget stays visible',
  'AWS::CloudWatch::Alarm': 'CloudWatch to the alarm topic: the state of the alarm stays visible',
}

/** Types that invoke nothing and hand nothing on by themselves. Everything else is a way, or fails the test. */
const passive = [
  ...['Account', 'Deployment', 'GatewayResponse', 'Resource', 'RestApi', 'Stage'].map((type) => `ApiGateway::${type}`),
  // The caller waits for the answer, and repeats the request.
  'ApiGateway::Method',
  ...[
    'DynamoDB::Table',
    'IAM::ManagedPolicy',
    'IAM::Role',
    'KMS::Key',
    'Lambda::Function',
    'Lambda::Permission',
    'Lambda::Version',
  ],
  ...['CloudWatch::Dashboard', 'Lambda::EventInvokeConfig', 'Logs::LogGroup', 'Logs::MetricFilter', 'S3::BucketPolicy'],
  ...['SES::ConfigurationSet', 'SNS::Topic', 'SNS::TopicPolicy', 'SQS::Queue', 'SQS::QueuePolicy'],
  // Waits for each task, and ends failed or parked, with an alarm each (alarms.unit.ts).
  'StepFunctions::StateMachine',
].map((type) => `AWS::${type}`)

const kinds = ['AWS::Events::Rule', 'AWS::Lambda::EventSourceMapping', 'AWS::S3::Bucket', 'AWS::SNS::Subscription']

describe.each(stageNames)('the asynchronous ways of %s', (stage) => {
  const of = (type: string) => resourcesOf(stage, type)
  const alarms = of('AWS::CloudWatch::Alarm')
  const queues = of('AWS::SQS::Queue')

  /** A queue by reference, or by name where another stack has it; empty when there is none. */
  const queueOf = (reference: unknown): string => {
    if (reference === undefined) return ''
    const text = readable(reference)
    const named = queues.find((queue) => shortName(queue) === text.replace(/^sqs:/, ''))
    return named ? shortId(named.id) : text
  }
  /** Where Lambda puts an event that a function fails on after its retries. */
  const afterRetries = (fn: unknown): string => {
    const name = readable(fn)
    const config = of('AWS::Lambda::EventInvokeConfig').find((each) => readable(each.Properties.FunctionName) === name)
    return queueOf((config?.Properties.DestinationConfig as OnFailure | undefined)?.OnFailure.Destination)
  }

  function waysOf(resource: Resource): Way[] {
    const { id, Type, Properties } = resource
    switch (Type) {
      case 'AWS::Lambda::EventSourceMapping': {
        const fn = readable(Properties.FunctionName)
        const source = readable(Properties.EventSourceArn)
        if (source.endsWith('.StreamArn')) {
          const { OnFailure } = (Properties.DestinationConfig ?? {}) as Partial<OnFailure>
          const name = `stream ${source.replace('.StreamArn', '')} → ${fn}`
          return [{ name, deadLetters: [queueOf(OnFailure?.Destination)] }]
        }
        const queue = queues.find((each) => shortId(each.id) === source)
        const redrive = queue?.Properties.RedrivePolicy as { deadLetterTargetArn: unknown } | undefined
        return [{ name: `queue ${source} → ${fn}`, deadLetters: [queueOf(redrive?.deadLetterTargetArn)] }]
      }
      case 'AWS::Events::Rule':
        return (Properties.Targets as { Arn: unknown; DeadLetterConfig?: { Arn: unknown } }[]).map((target) => ({
          name: `${Properties.ScheduleExpression ? 'schedule' : 'rule'} ${shortId(id)} → ${readable(target.Arn)}`,
          deadLetters: [queueOf(target.DeadLetterConfig?.Arn), afterRetries(target.Arn)],
        }))
      case 'AWS::SNS::Subscription': {
        const redrive = Properties.RedrivePolicy as { deadLetterTargetArn: unknown } | undefined
        const undelivered = queueOf(redrive?.deadLetterTargetArn)
        const name = `topic ${readable(Properties.TopicArn)} → ${readable(Properties.Endpoint)}`
        const isFunction = Properties.Protocol === 'lambda'
        return [{ name, deadLetters: [undelivered, ...(isFunction ? [afterRetries(Properties.Endpoint)] : [])] }]
      }
      case 'AWS::S3::Bucket': {
        const {
          LambdaConfigurations = [],
          EventBridgeConfiguration,
          ...others
        } = (Properties.NotificationConfiguration ?? {}) as {
          LambdaConfigurations?: { Function: unknown }[]
          EventBridgeConfiguration?: unknown
        }
        expect(others, `${id} notifies something that this test does not know`).toEqual({})
        return LambdaConfigurations.map(({ Function: fn }) => ({
          name: `bucket ${shortId(id)} → ${readable(fn)}`,
          deadLetters: [afterRetries(fn)],
        }))
      }
      default:
        return []
    }
  }

  const ways = resourcesOf(stage).flatMap(waysOf)

  it('are of kinds that this test knows: a new kind is not forgotten', () => {
    const known = [...passive, ...Object.keys(withoutDeadLetters), ...kinds]
    expect(resourcesOf(stage).filter(({ Type }) => !known.includes(Type))).toEqual([])
    const invokers = of('AWS::Lambda::Permission').map(({ Properties }) => String(Properties.Principal))
    const services = ['apigateway', 'events', 's3', ...(stage === 'local' ? [] : ['sns'])]
    expect([...new Set(invokers)].sort()).toEqual(services.map((service) => `${service}.amazonaws.com`))
    // Code invokes no function asynchronously: only a saga may invoke one, and it waits.
    const callers = grantsOf(stage).filter(({ action }) => action === 'lambda:InvokeFunction')
    expect(callers.filter(({ role }) => !role.endsWith('-saga'))).toEqual([])
  })

  it('keep what fails: what cannot be delivered, and what its function fails on after the retries', () => {
    expect(ways.filter(({ deadLetters }) => deadLetters.includes('')).map(({ name }) => name)).toEqual([])
    const ids = queues.map(({ id }) => shortId(id))
    for (const { name, deadLetters } of ways)
      for (const queue of deadLetters) expect(ids, `dead letters of ${name}`).toContain(queue)
  })

  it('raise an alarm with the first dead letter', () => {
    const watched = alarms
      .filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Properties }) => readable((Properties.Dimensions as { Value: unknown }[])[0]?.Value).split('.')[0])
    for (const { name, deadLetters } of ways)
      for (const queue of deadLetters) expect(watched, `dead letters of ${name}`).toContain(queue)
  })

  it('raise an alarm on silence, or it is said why silence is normal', () => {
    const ids = alarms.map(({ id }) => shortId(id).replace(/Alarm$/, ''))
    expect(ways.map(({ name }) => name).filter((name) => !silenceOf(name))).toEqual([])
    for (const { name } of ways) {
      const told = silenceOf(name)
      if (told && 'alarms' in told) expect(ids, name).toEqual(expect.arrayContaining(told.alarms))
    }
  })
})

describe('the list of what tells silence', () => {
  it('names no way that is gone', () => {
    const sources = resourcesOf('prod').map(({ id, Properties }) => [shortId(id), Properties.Endpoint])
    const names = new Set(sources.flat().map(String))
    for (const name of Object.keys(silence)) {
      const [, from = '', to = ''] = /^\w+ (\w+) → (.+)$/.exec(name) ?? []
      expect([names.has(from), names.has(to)], name).toEqual([true, true])
    }
  })
})

interface OnFailure {
  OnFailure: { Destination: unknown }
}
