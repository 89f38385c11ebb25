import * as z from 'zod'
import {
  anything,
  arn,
  flag,
  kind,
  type LoadContext,
  named,
  nameOf,
  number,
  physicalName,
  type Resource,
  text,
  why,
} from '../kind.ts'
import type { EventSourceMappingModel } from '../model.ts'
import { TemplateError } from '../template-error.ts'

const mapping = kind({
  honours: {
    EventSourceArn: text,
    FunctionName: text,
    BatchSize: number.optional(),
    MaximumBatchingWindowInSeconds: number.optional(),
    StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']).optional(),
    FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: text })) }).optional(),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).optional(),
    MaximumRetryAttempts: number.optional(),
    MaximumRecordAgeInSeconds: number.optional(),
    BisectBatchOnFunctionError: flag.optional(),
    ParallelizationFactor: number
      .refine((factor) => factor === 1, 'the embedded stack handles one batch per shard at a time')
      .optional(),
    ScalingConfig: z.strictObject({ MaximumConcurrency: number }).optional(),
    DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: text }) }).optional(),
    Enabled: flag.optional(),
  },
  ignores: { KmsKeyArn: why.encryption, MetricsConfig: why.tracing, Tags: why.tags },
  ref: physicalName,
  attributes: { Id: physicalName },
  add: (model, resource, properties) => {
    const entry: EventSourceMappingModel = {
      path: resource.path,
      id: physicalName(resource),
      functionRef: properties.FunctionName,
      source: eventSource(properties.EventSourceArn),
      eventSourceArn: properties.EventSourceArn,
      filterPatterns: properties.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [],
      reportBatchItemFailures: (properties.FunctionResponseTypes ?? []).length > 0,
      bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError ?? false,
      enabled: properties.Enabled ?? true,
    }
    const {
      BatchSize,
      MaximumBatchingWindowInSeconds,
      StartingPosition,
      MaximumRetryAttempts,
      MaximumRecordAgeInSeconds,
      ScalingConfig,
      DestinationConfig,
    } = properties
    if (BatchSize !== undefined) entry.batchSize = BatchSize
    if (MaximumBatchingWindowInSeconds !== undefined)
      entry.maximumBatchingWindowSeconds = MaximumBatchingWindowInSeconds
    if (StartingPosition !== undefined) entry.startingPosition = StartingPosition
    if (MaximumRetryAttempts !== undefined) entry.maximumRetryAttempts = MaximumRetryAttempts
    if (MaximumRecordAgeInSeconds !== undefined) entry.maximumRecordAgeSeconds = MaximumRecordAgeInSeconds
    if (ScalingConfig !== undefined) entry.maximumConcurrency = ScalingConfig.MaximumConcurrency
    if (DestinationConfig !== undefined) entry.onFailureArn = DestinationConfig.OnFailure.Destination
    model.eventSourceMappings.push(entry)
  },
})

function eventSource(sourceArn: string): EventSourceMappingModel['source'] {
  const [, , service, , , name = ''] = sourceArn.split(':')
  const tableName = /^table\/([^/]+)\/stream\//.exec(name)?.[1]
  if (service === 'dynamodb' && tableName) return { kind: 'dynamodb-stream', tableName }
  if (service === 'sqs') return { kind: 'sqs', queueName: name }
  throw new TemplateError(`property EventSourceArn: ${sourceArn} is neither a table's stream nor a queue`)
}

const retryPolicy = z.strictObject({
  MaximumRetryAttempts: number.optional(),
  MaximumEventAgeInSeconds: number.optional(),
})
const state = z.enum(['ENABLED', 'DISABLED']).optional()

const ruleName = named('Name')
const ruleArn = (resource: Resource) => arn('events', `rule/${ruleName(resource)}`)

// They are for what EventBridge cannot hand to a function, which does not happen here. What a function fails at is up to its own settings.
const scheduled = {
  RetryPolicy: retryPolicy.optional(),
  DeadLetterConfig: anything.optional(),
  RoleArn: text.optional(),
}

const eventPattern = z.strictObject({
  source: z.array(text),
  'detail-type': z.array(text),
  detail: z.record(z.string(), anything).optional(),
})

/** A rule that waits for what nobody publishes would never be heard of. */
function checkPublished(pattern: z.infer<typeof eventPattern>, { publishes }: LoadContext): void {
  for (const source of pattern.source)
    for (const detailType of pattern['detail-type'])
      if (!publishes({ source, detailType }))
        throw new TemplateError(`property EventPattern: nothing publishes "${detailType}" of ${source} here`)
}

const rule = kind({
  honours: {
    Name: text.optional(),
    ScheduleExpression: text.optional(),
    EventPattern: eventPattern.optional(),
    State: state,
    Targets: z.array(z.strictObject({ Id: text, Arn: text, Input: text.optional(), ...scheduled })).optional(),
  },
  ignores: { Description: why.description, Tags: why.tags },
  ref: ruleName,
  attributes: { Arn: ruleArn },
  add: (model, resource, { ScheduleExpression, EventPattern, State, Targets = [] }, context) => {
    const common = {
      path: resource.path,
      name: ruleName(resource),
      arn: ruleArn(resource),
      enabled: State !== 'DISABLED',
    }
    if ((ScheduleExpression === undefined) === (EventPattern === undefined))
      throw new TemplateError('a rule needs either a ScheduleExpression or an EventPattern')
    if (ScheduleExpression !== undefined) {
      const targets = Targets.map(({ Id, Arn, Input }) => ({
        id: Id,
        arn: Arn,
        ...(Input !== undefined && { input: Input }),
      }))
      model.schedules.push({ ...common, expression: ScheduleExpression, targets })
      return
    }
    if (EventPattern) checkPublished(EventPattern, context)
    const targets = Targets.map(({ Id, Arn, Input }) => {
      if (Input !== undefined) throw new TemplateError('property Targets.Input: supported for schedules only')
      if (!Arn.startsWith('arn:aws:lambda:')) throw new TemplateError(`property Targets.Arn: ${Arn} is not a function`)
      return { id: Id, arn: Arn }
    })
    model.eventRules.push({ ...common, pattern: JSON.stringify(EventPattern), targets })
  },
})

const scheduleArn = (resource: Resource) =>
  arn('scheduler', `schedule/${String(resource.property('GroupName') ?? 'default')}/${ruleName(resource)}`)

const schedule = kind({
  honours: {
    Name: text.optional(),
    GroupName: text.optional(),
    ScheduleExpression: text,
    ScheduleExpressionTimezone: z.enum(['UTC', 'Etc/UTC']).optional(),
    State: state,
    FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
    Target: z.strictObject({ Arn: text, Input: text.optional(), ...scheduled }),
  },
  ignores: { Description: why.description, KmsKeyArn: why.encryption },
  ref: ruleName,
  attributes: { Arn: scheduleArn },
  add: (model, resource, { ScheduleExpression, State, Target }) =>
    model.schedules.push({
      path: resource.path,
      name: ruleName(resource),
      arn: scheduleArn(resource),
      expression: ScheduleExpression,
      enabled: State !== 'DISABLED',
      targets: [
        { id: nameOf(Target.Arn), arn: Target.Arn, ...(Target.Input !== undefined && { input: Target.Input }) },
      ],
    }),
})

export const triggerKinds = {
  'AWS::Lambda::EventSourceMapping': mapping,
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': schedule,
}
