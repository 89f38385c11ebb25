import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { reconcileFunctions, relayFunctions } from '../app/functions.ts'
import { alarmMeanings } from './alarm-meanings.ts'
import { alarm, customMetric, errorsPer } from './constructs/alarm.ts'
import { archiveReading } from './constructs/archive-bucket.ts'
import type { DeploymentContext, Tables } from './constructs/deployment-context.ts'
import { digestStatements, digestsBucketName } from './constructs/digests-bucket.ts'
import { readStream, streamStatements } from './constructs/event-source.ts'
import { allow, type FunctionSettings, lambda } from './constructs/function.ts'
import { arnOf, physicalName } from './constructs/names.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { reconcileData } from './constructs/reconcile-data.ts'
import { scheduled } from './constructs/schedule.ts'
import { subscriber } from './constructs/subscriber.ts'
import * as limits from './limits.ts'
import { scanEnvironment } from './stages.ts'

/** Environment and statements that a group of functions shares. */
type SharedSettings = Required<Pick<FunctionSettings, 'environment' | 'statements'>>

/** What follows a commit: the relay sends the outbox to one queue per subscriber; sweep and reconciliation find what was missed. */
export class MessagingStack extends Stack {
  readonly #context: DeploymentContext
  readonly #tables: Tables

  constructor(scope: Construct, context: DeploymentContext, tables: Tables, machineArns: Record<string, string>) {
    super(scope, 'Messaging', {
      stackName: physicalName(context, 'messaging'),
      description: 'Steadfast: outbox and subscribers',
      terminationProtection: context.stage.isDeletionProtected,
    })
    this.#context = context
    this.#tables = tables
    const machines = this.#machineSettings(machineArns)
    const recovery = this.#recoverySettings(machineArns)
    const sending = this.#sendingSettings({
      'start-saga': subscriber(this, 'start-saga', context, tables, machines),
      'wake-saga': subscriber(this, 'wake-saga', context, tables, recovery),
      'project-views': subscriber(this, 'project-views', context, tables),
      'unassign-tickets': subscriber(this, 'unassign-tickets', context, tables),
    })
    this.#relay(sending)
    this.#sweep(sending)
    this.#reconcileSagas(recovery)
    this.#reconcileConsumers(machines)
    reconcileData(this, context, tables, machines)
  }

  /** Settings for functions that start executions of sagas. */
  #machineSettings(machineArns: Record<string, string>): SharedSettings {
    return {
      environment: { SAGA_MACHINES: this.toJsonString(machineArns), ...scanEnvironment(this.#context.stage) },
      statements: [allow(['states:StartExecution'], Object.values(machineArns))],
    }
  }

  /** Settings for functions that also examine a saga's execution, wake it, or start the next generation. */
  #recoverySettings(machineArns: Record<string, string>): SharedSettings {
    const executions = Object.keys(machineArns).map((saga) =>
      arnOf(this, 'states', `execution:${physicalName(this.#context, saga)}:*`),
    )
    return {
      ...this.#machineSettings(machineArns),
      statements: [
        allow(['states:StartExecution', 'states:SendTaskSuccess'], Object.values(machineArns)),
        allow(['states:DescribeExecution'], executions),
      ],
    }
  }

  /** Settings for functions that send events to every subscriber. */
  #sendingSettings(queues: Record<string, { queueUrl: string; queueArn: string }>): SharedSettings {
    const urls = Object.entries(queues).map(([name, { queueUrl }]) => [name, queueUrl])
    const arns = Object.values(queues).map(({ queueArn }) => queueArn)
    return {
      environment: { SUBSCRIBER_QUEUE_URLS: this.toJsonString(Object.fromEntries(urls)) },
      statements: [allow(['sqs:SendMessage'], arns)],
    }
  }

  #relay({ environment, statements }: SharedSettings): void {
    const deadLetterQueue = deadLetters(this, 'relay-outbox', this.#context, {
      meaning: alarmMeanings.RelayOutboxDeadLetters,
      isFifo: false,
    })
    const fn = lambda(this, 'relay-outbox', this.#context, this.#tables, {
      ...relayFunctions['relay-outbox'],
      timeoutSeconds: limits.relayTimeoutSeconds,
      environment,
      statements: [...streamStatements(this.#tables.Outbox, deadLetterQueue), ...statements],
    })
    readStream(this, 'relay-outbox', this.#context, {
      table: this.#tables.Outbox,
      fn,
      // The relay deletes a row after it has sent it: that needs no relaying.
      events: ['INSERT'],
      batchSize: limits.relayBatchSize,
      retries: limits.relayRetries,
      deadLetterQueue,
      ageAlarm: { seconds: limits.relayAgeAlarmSeconds, meaning: alarmMeanings.RelayOutboxLate },
    })
    outputs(this, { RelayOutboxFunction: fn.functionName, RelayOutboxDlqUrl: deadLetterQueue.queueUrl })
  }

  #sweep(sending: SharedSettings): void {
    const fn = scheduled(this, 'sweep-outbox', this.#context, this.#tables, {
      minutes: limits.sweepMinutes,
      ...relayFunctions['sweep-outbox'],
      timeoutSeconds: limits.sweepTimeoutSeconds,
      ...sending,
    })
    alarm(this, 'SweepFails', this.#context, {
      metric: errorsPer(Duration.minutes(limits.sweepMinutes), fn),
      threshold: 1,
      periods: 3,
      meaning: alarmMeanings.SweepFails,
    })
    alarm(this, 'RelaySilent', this.#context, {
      metric: customMetric('OutboxRowsStuck', fn, 'Sum'),
      threshold: 1,
      periods: limits.missedDeliveriesAlarm.minutes,
      breachingPeriods: limits.missedDeliveriesAlarm.breachingMinutes,
      meaning: alarmMeanings.RelaySilent,
    })
    alarm(this, 'OutboxStuck', this.#context, {
      metric: customMetric('OutboxOldestRowAge', fn, 'Maximum'),
      threshold: limits.outboxAgeAlarmSeconds,
      meaning: alarmMeanings.OutboxStuck,
    })
    alarm(this, 'OutboxUnreadable', this.#context, {
      metric: customMetric('OutboxRowsUnreadable', fn, 'Maximum'),
      threshold: 1,
      meaning: alarmMeanings.OutboxUnreadable,
    })
    outputs(this, { SweepOutboxFunction: fn.functionName })
  }

  #reconcileSagas(recovery: SharedSettings): void {
    const fn = scheduled(this, 'reconcile-sagas', this.#context, this.#tables, {
      minutes: limits.reconcileMinutes,
      ...reconcileFunctions['reconcile-sagas'],
      timeoutSeconds: limits.reconcileTimeoutSeconds,
      ...recovery,
    })
    alarm(this, 'ReconcileSagasFails', this.#context, {
      metric: errorsPer(Duration.minutes(limits.reconcileMinutes), fn),
      threshold: 1,
      periods: 3,
      meaning: alarmMeanings.ReconcileSagasFails,
    })
    alarm(this, 'SagasNotReconciled', this.#context, {
      metric: customMetric('SagasNotReconciled', fn, 'Sum'),
      threshold: 1,
      meaning: alarmMeanings.SagasNotReconciled,
    })
    alarm(this, 'SagaDefinitionGone', this.#context, {
      metric: customMetric('SagasParked', fn, 'Sum'),
      threshold: 1,
      meaning: alarmMeanings.SagaDefinitionGone,
    })
    alarm(this, 'SagasHeld', this.#context, {
      metric: customMetric('SagasHeld', fn, 'Maximum').with({ period: Duration.minutes(limits.reconcileMinutes) }),
      threshold: 1,
      meaning: alarmMeanings.SagasHeld,
    })
    outputs(this, { ReconcileSagasFunction: fn.functionName })
  }

  #reconcileConsumers(machines: SharedSettings): void {
    const archive = archiveReading(this, this.#context)
    const fn = scheduled(this, 'reconcile-consumers', this.#context, this.#tables, {
      minutes: limits.reconcileMinutes,
      ...reconcileFunctions['reconcile-consumers'],
      timeoutSeconds: limits.reconcileTimeoutSeconds,
      environment: {
        ...machines.environment,
        ...archive.environment,
        DIGESTS_BUCKET: digestsBucketName(this, this.#context),
      },
      statements: [...machines.statements, ...archive.statements, ...digestStatements(this, this.#context)],
    })
    alarm(this, 'ReconcileConsumersFails', this.#context, {
      metric: errorsPer(Duration.minutes(limits.reconcileMinutes), fn),
      threshold: 1,
      periods: 3,
      meaning: alarmMeanings.ReconcileConsumersFails,
    })
    alarm(this, 'EventsNotConfirmed', this.#context, {
      metric: customMetric('EventsNotConfirmed', fn, 'Sum'),
      threshold: 1,
      meaning: alarmMeanings.EventsNotConfirmed,
    })
    alarm(this, 'AggregatesStillBlocked', this.#context, {
      metric: customMetric('AggregatesStillBlocked', fn, 'Maximum').with({
        period: Duration.minutes(limits.reconcileMinutes),
      }),
      threshold: 1,
      periods: 2,
      meaning: alarmMeanings.AggregatesStillBlocked,
    })
    outputs(this, { ReconcileConsumersFunction: fn.functionName })
  }
}
