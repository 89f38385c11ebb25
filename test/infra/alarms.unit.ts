import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runbookNames } from '../../infra/runbooks.ts'
import { stages } from '../../infra/stages.ts'
import {
  type Resource,
  readable,
  referencedIds,
  resourcesOf,
  shortId,
  shortName,
  single,
  stageNames,
  variablesOf,
} from './synthesized.ts'

/**
 * Every alarm: statistic and metric, what it watches, threshold, periods (`3 of 15` of them). An alarm that is missing here or there fails
 * the test. Those on throttled tables are in throttling.unit.ts.
 */
const everywhere = `
  ApiErrors: Sum of 5XXError of api >= 5 in 1 x 60 s

  WatchEventsDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of WatchEventsDeadLetters >= 1 in 1 x 60 s
  WatchEventsLate: Maximum of IteratorAge of WatchEvents >= 300000 in 1 x 60 s
  HistoryTampered: Sum of Steadfast HistoryTampered of WatchEvents >= 1 in 1 x 60 s

  SchedulesDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of SchedulesDeadLetters >= 1 in 1 x 60 s
  SweepOutboxSilent: Sum of Invocations of SweepOutbox < 1 in 3 x 60 s
  SweepUploadsSilent: Sum of Invocations of SweepUploads < 1 in 3 x 60 s
  SweepCopiesSilent: Sum of Invocations of SweepCopies < 1 in 3 x 3600 s
  ReconcileSagasSilent: Sum of Invocations of ReconcileSagas < 1 in 3 x 300 s
  ReconcileConsumersSilent: Sum of Invocations of ReconcileConsumers < 1 in 3 x 300 s
  ReconcileDataSilent: Sum of Invocations of ReconcileData < 1 in 3 x 3600 s

  SweepOutboxIncomplete: Maximum of Steadfast RoundsIncomplete of SweepOutbox >= 1 in 3 x 60 s
  SweepUploadsIncomplete: Maximum of Steadfast RoundsIncomplete of SweepUploads >= 1 in 3 x 60 s
  SweepCopiesIncomplete: Maximum of Steadfast RoundsIncomplete of SweepCopies >= 1 in 3 x 3600 s
  ReconcileSagasIncomplete: Maximum of Steadfast RoundsIncomplete of ReconcileSagas >= 1 in 3 x 300 s
  ReconcileConsumersIncomplete: Maximum of Steadfast RoundsIncomplete of ReconcileConsumers >= 1 in 3 x 300 s
  ReconcileDataIncomplete: Maximum of Steadfast RoundsIncomplete of ReconcileData >= 1 in 3 x 3600 s

  RelayOutboxDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of RelayOutboxDeadLetters >= 1 in 1 x 60 s
  RelayOutboxLate: Maximum of IteratorAge of RelayOutbox >= 60000 in 1 x 60 s
  SweepFails: Sum of Errors of SweepOutbox >= 1 in 3 x 60 s
  RelaySilent: Sum of Steadfast OutboxRowsStuck of SweepOutbox >= 1 in 3 of 15 x 60 s
  OutboxStuck: Maximum of Steadfast OutboxOldestRowAge of SweepOutbox >= 300 in 1 x 60 s
  OutboxUnreadable: Maximum of Steadfast OutboxRowsUnreadable of SweepOutbox >= 1 in 1 x 60 s

  StartSagaDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of StartSagaDeadLetters >= 1 in 1 x 60 s
  StartSagaLate: Maximum of ApproximateAgeOfOldestMessage of StartSagaQueue >= 300 in 1 x 60 s
  WakeSagaDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of WakeSagaDeadLetters >= 1 in 1 x 60 s
  WakeSagaLate: Maximum of ApproximateAgeOfOldestMessage of WakeSagaQueue >= 300 in 1 x 60 s
  ProjectViewsDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of ProjectViewsDeadLetters >= 1 in 1 x 60 s
  ProjectViewsLate: Maximum of ApproximateAgeOfOldestMessage of ProjectViewsQueue >= 300 in 1 x 60 s
  UnassignTicketsDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of UnassignTicketsDeadLetters >= 1 in 1 x 60 s
  UnassignTicketsLate: Maximum of ApproximateAgeOfOldestMessage of UnassignTicketsQueue >= 300 in 1 x 60 s

  ReconcileSagasFails: Sum of Errors of ReconcileSagas >= 1 in 3 x 300 s
  SagasNotReconciled: Sum of Steadfast SagasNotReconciled of ReconcileSagas >= 1 in 1 x 60 s
  SagasHeld: Maximum of Steadfast SagasHeld of ReconcileSagas >= 1 in 1 x 300 s
  SagaDefinitionGone: Sum of Steadfast SagasParked of ReconcileSagas >= 1 in 1 x 60 s
  EventsNotConfirmed: Sum of Steadfast EventsNotConfirmed of ReconcileConsumers >= 1 in 1 x 60 s
  AggregatesStillBlocked: Maximum of Steadfast AggregatesStillBlocked of ReconcileConsumers >= 1 in 2 x 300 s
  ReconcileConsumersFails: Sum of Errors of ReconcileConsumers >= 1 in 3 x 300 s
  ReconcileDataFails: Sum of Errors of ReconcileData >= 1 in 3 x 3600 s
  DriftNotHealed: Maximum of Steadfast DriftNotHealed of ReconcileData >= 1 in 1 x 3600 s

  NotificationExecutionsFailed: Sum of ExecutionsFailed of Notification >= 1 in 1 x 60 s
  NotificationExecutionsTimedOut: Sum of ExecutionsTimedOut of Notification >= 1 in 1 x 60 s
  NotificationExecutionsAborted: Sum of ExecutionsAborted of Notification >= 1 in 1 x 60 s
  NotificationParked: Sum of Steadfast SagasParked of RunNotificationStep >= 1 in 1 x 60 s
  WebhookExecutionsFailed: Sum of ExecutionsFailed of Webhook >= 1 in 1 x 60 s
  WebhookExecutionsTimedOut: Sum of ExecutionsTimedOut of Webhook >= 1 in 1 x 60 s
  WebhookExecutionsAborted: Sum of ExecutionsAborted of Webhook >= 1 in 1 x 60 s
  WebhookParked: Sum of Steadfast SagasParked of RunWebhookStep >= 1 in 1 x 60 s
  AttachmentExecutionsFailed: Sum of ExecutionsFailed of Attachment >= 1 in 1 x 60 s
  AttachmentExecutionsTimedOut: Sum of ExecutionsTimedOut of Attachment >= 1 in 1 x 60 s
  AttachmentExecutionsAborted: Sum of ExecutionsAborted of Attachment >= 1 in 1 x 60 s
  AttachmentParked: Sum of Steadfast SagasParked of RunAttachmentStep >= 1 in 1 x 60 s
  RemovalExecutionsFailed: Sum of ExecutionsFailed of Removal >= 1 in 1 x 60 s
  RemovalExecutionsTimedOut: Sum of ExecutionsTimedOut of Removal >= 1 in 1 x 60 s
  RemovalExecutionsAborted: Sum of ExecutionsAborted of Removal >= 1 in 1 x 60 s
  RemovalParked: Sum of Steadfast SagasParked of RunRemovalStep >= 1 in 1 x 60 s

  RecordBounceDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of RecordBounceDeadLetters >= 1 in 1 x 60 s

  RecordUploadDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of RecordUploadDeadLetters >= 1 in 1 x 60 s
  UploadEventsMissing: Sum of Steadfast UploadsSwept of SweepUploads >= 1 in 3 of 15 x 60 s
  UploadSweepFails: Sum of Errors of SweepUploads >= 1 in 3 x 60 s
  UploadsNotSwept: Maximum of Steadfast UploadsNotSwept of SweepUploads >= 1 in 5 x 60 s
  CopySweepFails: Sum of Errors of SweepCopies >= 1 in 3 x 3600 s
  CopiesNotSwept: Maximum of Steadfast CopiesNotSwept of SweepCopies >= 1 in 3 x 3600 s
`

const whereUploadsAreScanned = `
  RecordScanDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of RecordScanDeadLetters >= 1 in 1 x 60 s
  UploadsLate: Maximum of Steadfast UploadsLate of SweepUploads >= 1 in 3 x 60 s
  UploadsNotScanned: Sum of Steadfast UploadsNotScanned of RecordScan >= 1 in 1 x 60 s
  InfectedAfterClean: Sum of Steadfast InfectedAfterClean of RecordScan >= 1 in 1 x 60 s
`

/** Emulators throttle nothing, and nobody hears their alarms. */
const onAws = `
  AlarmsDeadLetters: Maximum of ApproximateNumberOfMessagesVisible of AlarmsDeadLetters >= 1 in 1 x 60 s
  ApiThrottled: Sum of RequestsThrottled of the stage >= 10 in 5 x 60 s
  FunctionsThrottled: Sum of Throttles of the account >= 1 in 3 x 60 s
  DeadLettersLost: Sum of DestinationDeliveryFailures of the account >= 1 in 1 x 60 s
`

const linesOf = (text: string) => text.split('\n').flatMap((line) => line.trim() || [])

interface Dimension {
  Name: string
  Value: unknown
}

function describeAlarm({ id, Properties }: Resource): string {
  const { Namespace, MetricName, Statistic, Threshold, EvaluationPeriods, DatapointsToAlarm, Period } = Properties
  const metric = Namespace === 'Steadfast' ? `Steadfast ${MetricName}` : MetricName
  const name = shortId(id).replace(/Alarm$/, '')
  const reached = Properties.ComparisonOperator === 'LessThanThreshold' ? '<' : '>='
  const periods = DatapointsToAlarm ? `${DatapointsToAlarm} of ${EvaluationPeriods}` : EvaluationPeriods
  return `${name}: ${Statistic} of ${metric} of ${watched(Properties)} ${reached} ${Threshold} in ${periods} x ${Period} s`
}

/** A metric without dimensions counts all that its namespace covers. */
function watched({ Namespace, Dimensions = [] }: Record<string, unknown>): string {
  const values = (Dimensions as Dimension[]).map(({ Value }) => readable(Value).replace('.QueueName', ''))
  const whole = String(Namespace).startsWith('AWS/') ? 'the account' : 'the stage'
  return values.join(' ') || whole
}

describe.each(stageNames)('the alarms of %s', (stage) => {
  const everyAlarm = resourcesOf(stage, 'AWS::CloudWatch::Alarm')
  const alarms = everyAlarm.filter(({ Properties }) => !Properties.Metrics)
  const watchedBy = (test: (alarm: Resource) => boolean) =>
    alarms.filter(test).flatMap(({ Properties }) => referencedIds(Properties.Dimensions))

  it('are exactly these: a lost alarm or a higher threshold is a failure that nobody sees', () => {
    const expected = [
      ...linesOf(everywhere),
      ...(stages[stage].malwareScan ? linesOf(whereUploadsAreScanned) : []),
      ...(stage === 'local' ? [] : linesOf(onAws)),
    ]
    expect(alarms.map(describeAlarm).sort()).toEqual(expected.sort())
  })

  it('look for their metric under the namespace and dimension that AWS publishes it with', () => {
    const publishedAs: Record<string, string> = {
      IteratorAge: 'AWS/Lambda FunctionName',
      Errors: 'AWS/Lambda FunctionName',
      // Of all functions of the account.
      Throttles: 'AWS/Lambda',
      DestinationDeliveryFailures: 'AWS/Lambda',
      // Of the filter on the access log.
      RequestsThrottled: `Steadfast/${stage}`,
      Invocations: 'AWS/Lambda FunctionName',
      ApproximateNumberOfMessagesVisible: 'AWS/SQS QueueName',
      ApproximateAgeOfOldestMessage: 'AWS/SQS QueueName',
      ExecutionsFailed: 'AWS/States StateMachineArn',
      ExecutionsTimedOut: 'AWS/States StateMachineArn',
      ExecutionsAborted: 'AWS/States StateMachineArn',
      '5XXError': 'AWS/ApiGateway ApiName',
    }
    for (const { id, Properties } of alarms) {
      const dimensions = ((Properties.Dimensions ?? []) as Dimension[]).map(({ Name }) => Name)
      const expected = publishedAs[String(Properties.MetricName)] ?? 'Steadfast service'
      expect([Properties.Namespace, ...dimensions].join(' '), id).toBe(expected)
    }
  })

  const isOnSilence = ({ Properties }: Resource) => Properties.ComparisonOperator === 'LessThanThreshold'

  it('cost less than 12 USD a month: AWS charges 0.10 for each metric that an alarm watches (ADR 21)', () => {
    const watched = everyAlarm.map(({ Properties }) => {
      const queries = (Properties.Metrics ?? []) as { MetricStat?: unknown }[]
      return Math.max(1, queries.filter(({ MetricStat }) => MetricStat).length)
    })
    expect(watched.reduce((sum, count) => sum + count, 0)).toBeLessThan(120)
  })

  it('go off when the threshold is reached, and stay quiet while there is no data', () => {
    for (const { id, Properties } of everyAlarm.filter((alarm) => !isOnSilence(alarm)))
      expect(Properties, id).toMatchObject({
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      })
  })

  it('go off without data where silence is the failure: a function that does not run publishes nothing', () => {
    for (const { id, Properties } of everyAlarm.filter(isOnSilence))
      expect(Properties, id).toMatchObject({ MetricName: 'Invocations', TreatMissingData: 'breaching' })
  })

  it('notify the topic that people subscribe to, except on local, which has none', () => {
    const topics = resourcesOf(stage, 'AWS::SNS::Topic').map(({ Properties }) => readable(Properties.TopicName))
    expect(topics.includes('alarms')).toBe(stage !== 'local')
    for (const { id, Properties } of everyAlarm) {
      const actions = (Properties.AlarmActions ?? []) as unknown[]
      expect(actions.map(readable), id).toEqual(stage === 'local' ? [] : ['sns:alarms'])
    }
  })

  it('tell whoever is woken what users notice, what to look at first, and where the runbook is', () => {
    for (const { id, Properties } of everyAlarm)
      expect(Properties.AlarmDescription, id).toMatch(
        /^[A-Z].{25,}\. Look first at .{10,}\. Runbook: docs\/runbooks\/[a-z-]+\.md\.$/,
      )
  })

  it('have a runbook each, and each runbook an alarm somewhere', () => {
    const named = everyAlarm.map(
      ({ Properties }) => /docs\/runbooks\/([a-z-]+)\.md/.exec(String(Properties.AlarmDescription))?.[1],
    )
    expect(named.filter((name) => !runbookNames.some((each) => each === name))).toEqual([])
    const unused = runbookNames.filter((name) => !named.includes(name))
    expect(unused).toEqual(stages[stage].malwareScan ? [] : ['malware-scan', 'throttling'])
  })

  it('watch every queue: a dead-letter queue for its first message, a subscriber for its oldest one', () => {
    const queues = resourcesOf(stage, 'AWS::SQS::Queue')
    const isDeadLetterQueue = (queue: Resource) => /-dlq(\.fifo)?$/.test(shortName(queue))
    const idsOf = (some: Resource[]) => some.map(({ id }) => id).sort()
    const byMetric = (name: string) => watchedBy(({ Properties }) => Properties.MetricName === name).sort()
    expect(byMetric('ApproximateNumberOfMessagesVisible')).toEqual(idsOf(queues.filter(isDeadLetterQueue)))
    expect(byMetric('ApproximateAgeOfOldestMessage')).toEqual(
      idsOf(queues.filter((queue) => !isDeadLetterQueue(queue))),
    )
  })

  it('watch the iterator age of every stream that is read', () => {
    const readers = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping')
      .filter(({ Properties }) => Properties.StartingPosition)
      .flatMap(({ Properties }) => referencedIds(Properties.FunctionName))
    expect(readers).toHaveLength(2)
    expect(watchedBy(({ Properties }) => Properties.MetricName === 'IteratorAge').sort()).toEqual(readers.sort())
  })

  it('watch the errors of every scheduled function: nobody else notices that it fails', () => {
    const scheduled = resourcesOf(stage, 'AWS::Events::Rule')
      .filter(({ Properties }) => Properties.ScheduleExpression)
      .flatMap(({ Properties }) => referencedIds(Properties.Targets))
    expect(watchedBy(({ Properties }) => Properties.MetricName === 'Errors').sort()).toEqual(scheduled.sort())
  })

  it('watch every saga for executions that fail, time out or are stopped, and for parking', () => {
    for (const { id } of resourcesOf(stage, 'AWS::StepFunctions::StateMachine')) {
      const metrics = alarms
        .filter(({ Properties }) => referencedIds(Properties.Dimensions).includes(id))
        .map(({ Properties }) => Properties.MetricName)
      expect(metrics.sort(), id).toEqual(['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut'])
      expect(alarms.map((alarm) => shortId(alarm.id))).toContain(`${id}ParkedAlarm`)
    }
  })

  it('watch custom metrics that their function publishes: an alarm on any other never goes off', () => {
    for (const { id, Properties } of alarms.filter((alarm) => alarm.Properties.Namespace === 'Steadfast')) {
      const { Name, Value } = single(Properties.Dimensions as Dimension[])
      const fn = single(
        resourcesOf(stage, 'AWS::Lambda::Function').filter((each) => referencedIds(Value)[0] === each.id),
      )
      // Powertools publishes under the dimension `service`, with the value of POWERTOOLS_SERVICE_NAME.
      expect(Name, id).toBe('service')
      expect(variablesOf(fn).POWERTOOLS_SERVICE_NAME, id).toBe(fn.Properties.FunctionName)
      expect(sourceOf(shortName(fn)), id).toContain(`'${Properties.MetricName}'`)
    }
  })
})

const repository = resolve(import.meta.dirname, '../..')

/** Source of a function, with what every saga's function and every sweep shares. */
function sourceOf(functionName: string): string {
  const folder = join(repository, 'functions', functionName)
  if (!existsSync(folder)) throw new Error(`functions/${functionName} does not exist`)
  const files = readdirSync(folder).map((file) => join(folder, file))
  return [...files, join(repository, 'app/run-saga-task.ts'), join(repository, 'app/sweep.ts')]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
}
