import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { reconcileFunctions, relayFunctions } from '../app/functions.ts'
import { alarm, ownMetric } from './constructs/alarm.ts'
import { readStream, streamStatements } from './constructs/event-source.ts'
import { allow, type FunctionSettings, lambda } from './constructs/function.ts'
import { outputs } from './constructs/outputs.ts'
import { deadLetters } from './constructs/queue.ts'
import { everyMinutes } from './constructs/schedule.ts'
import { arnOf, nameOf, type Site, type Tables } from './constructs/site.ts'
import { subscriber } from './constructs/subscriber.ts'
import * as limits from './limits.ts'
import { scanEnvironment } from './stages.ts'

/** What follows a commit: the outbox is relayed to one queue per subscriber, and swept for what the relay missed. */
export class MessagingStack extends Stack {
  constructor(scope: Construct, site: Site, tables: Tables, machineArns: Record<string, string>) {
    super(scope, 'Messaging', {
      stackName: nameOf(site, 'messaging'),
      description: 'Steadfast: outbox and subscribers',
    })
    const queues = {
      'start-saga': subscriber(this, 'start-saga', site, tables, {
        environment: { SAGA_MACHINES: this.toJsonString(machineArns), ...scanEnvironment(site.stage) },
        statements: [allow(['states:StartExecution'], Object.values(machineArns))],
      }),
      'wake-saga': subscriber(this, 'wake-saga', site, tables, this.#keeping(site, machineArns)),
      'project-views': subscriber(this, 'project-views', site, tables),
      'unassign-tickets': subscriber(this, 'unassign-tickets', site, tables),
    }
    const urls = Object.entries(queues).map(([name, { queueUrl }]) => [name, queueUrl])
    const sender = {
      environment: { SUBSCRIBER_QUEUE_URLS: this.toJsonString(Object.fromEntries(urls)) },
      statements: [
        allow(
          ['sqs:SendMessage'],
          Object.values(queues).map(({ queueArn }) => queueArn),
        ),
      ],
    }
    this.#relay(site, tables, sender)
    this.#sweeper(site, tables, sender)
    this.#reconcile(site, tables, machineArns)
  }

  /** What it takes to see how a saga's execution is, to wake it, and to give it the next one. */
  #keeping(site: Site, machineArns: Record<string, string>) {
    const executions = Object.keys(machineArns).map((saga) =>
      arnOf(this, 'states', `execution:${nameOf(site, saga)}:*`),
    )
    return {
      environment: { SAGA_MACHINES: this.toJsonString(machineArns), ...scanEnvironment(site.stage) },
      statements: [
        allow(['states:StartExecution', 'states:SendTaskSuccess'], Object.values(machineArns)),
        allow(['states:DescribeExecution'], executions),
      ],
    }
  }

  #reconcile(site: Site, tables: Tables, machineArns: Record<string, string>): void {
    const sagas = lambda(this, 'reconcile-sagas', site, tables, {
      ...reconcileFunctions['reconcile-sagas'],
      timeoutSeconds: limits.reconcileTimeoutSeconds,
      ...this.#keeping(site, machineArns),
    })
    const consumers = lambda(this, 'reconcile-consumers', site, tables, {
      ...reconcileFunctions['reconcile-consumers'],
      timeoutSeconds: limits.reconcileTimeoutSeconds,
    })
    everyMinutes(this, 'reconcile-sagas', site, limits.reconcileMinutes, sagas)
    everyMinutes(this, 'reconcile-consumers', site, limits.reconcileMinutes, consumers)
    const failing = { threshold: 1, periods: 3 }
    const errorsOf = (fn: typeof sagas) =>
      fn.metricErrors({ statistic: 'Sum', period: Duration.minutes(limits.reconcileMinutes) })
    alarm(this, 'ReconcileSagasFails', site, {
      metric: errorsOf(sagas),
      ...failing,
      meaning:
        'Sagas whose execution was lost stay where they are: people are told of some changes late or not at all.',
    })
    alarm(this, 'SagasNotReconciled', site, {
      metric: ownMetric('SagasNotReconciled', sagas, 'Sum'),
      threshold: 1,
      meaning: 'A saga whose execution may be lost can not be looked at: it stays half done until someone looks.',
    })
    alarm(this, 'SagaDefinitionGone', site, {
      metric: ownMetric('SagasParked', sagas, 'Sum'),
      threshold: 1,
      meaning:
        'A saga lost its execution and can not go on under the deployed definition: it waits until an operator acts.',
    })
    alarm(this, 'ReconcileConsumersFails', site, {
      metric: errorsOf(consumers),
      ...failing,
      meaning:
        'What a subscriber could not apply is not tried again: counts and assignments stay wrong for some tickets.',
    })
    outputs(this, { ReconcileSagasFunction: sagas.functionName, ReconcileConsumersFunction: consumers.functionName })
  }

  #relay(site: Site, tables: Tables, { environment, statements }: Sender): void {
    const deadLetterQueue = deadLetters(this, 'relay-outbox', site, {
      meaning:
        'The relay crashed on some events; the sweeper sends them, so users see the effects a minute or two late.',
      isFifo: false,
    })
    const fn = lambda(this, 'relay-outbox', site, tables, {
      ...relayFunctions['relay-outbox'],
      timeoutSeconds: limits.relayTimeoutSeconds,
      environment,
      statements: [...streamStatements(tables.Outbox, deadLetterQueue), ...statements],
    })
    readStream(this, 'relay-outbox', site, {
      table: tables.Outbox,
      fn,
      // What the relay deletes after sending is no news.
      events: ['INSERT'],
      batchSize: limits.relayBatchSize,
      retries: limits.relayRetries,
      deadLetterQueue,
      late: {
        afterSeconds: limits.relayLateAfterSeconds,
        meaning: 'Notifications and counts are more than a minute behind what users did.',
      },
    })
    outputs(this, { RelayOutboxFunction: fn.functionName, RelayOutboxDlqUrl: deadLetterQueue.queueUrl })
  }

  #sweeper(site: Site, tables: Tables, sender: Sender): void {
    const fn = lambda(this, 'sweep-outbox', site, tables, {
      ...relayFunctions['sweep-outbox'],
      timeoutSeconds: limits.sweepTimeoutSeconds,
      ...sender,
    })
    everyMinutes(this, 'sweep-outbox', site, 1, fn)
    alarm(this, 'SweepFails', site, {
      metric: fn.metricErrors({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 1,
      periods: 3,
      meaning: 'Nothing sends what the relay could not: some users are not told of changes, and counts stay wrong.',
    })
    alarm(this, 'OutboxStuck', site, {
      metric: ownMetric('OutboxOldestRowAge', fn, 'Maximum'),
      threshold: limits.outboxStuckAfterSeconds,
      meaning:
        'An event can not be sent to all subscribers: its ticket changed, and what should follow from it does not.',
    })
    alarm(this, 'OutboxUnreadable', site, {
      metric: ownMetric('OutboxRowsUnreadable', fn, 'Maximum'),
      threshold: 1,
      meaning: 'An event was stored in a form that nothing can send: what should follow from a change never does.',
    })
    outputs(this, { SweepOutboxFunction: fn.functionName })
  }
}

/** What a function needs to send to every subscriber. */
type Sender = Required<Pick<FunctionSettings, 'environment' | 'statements'>>
