import { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { Alarm, AlarmStatusWidget, Dashboard, type IMetric, type IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Duration, type Stack } from 'aws-cdk-lib/core'
import { graph } from './dashboard-widgets.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { kebabCase, physicalName } from './names.ts'

const perMinute = { period: Duration.minutes(1) }

/**
 * The stack's alarms, then how its functions, queues, tables, state machines and API work: whatever it has, and nothing to be kept in step.
 */
export function stackDashboard(stack: Stack, context: DeploymentContext): void {
  const all = stack.node.findAll()
  const rows: IWidget[][] = [
    ...alarmRows(all.filter((each) => each instanceof Alarm)),
    ...functionRows(all.filter((each) => each instanceof LambdaFunction)),
    ...queueRows(all.filter((each) => each instanceof Queue)),
    ...tableRows(all.filter((each) => each instanceof Table)),
    ...machineRows(all.filter((each) => each instanceof CfnStateMachine)),
    ...apiRows(all.filter((each) => each instanceof RestApi)),
  ]
  new Dashboard(stack, 'Dashboard', { dashboardName: physicalName(context, kebabCase(stack.node.id)), widgets: rows })
}

function alarmRows(alarms: Alarm[]): IWidget[][] {
  if (alarms.length === 0) return []
  return [[new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 + Math.ceil(alarms.length / 4) })]]
}

function functionRows(functions: LambdaFunction[]): IWidget[][] {
  if (functions.length === 0) return []
  const each = (metric: (fn: LambdaFunction) => IMetric) => functions.map(metric)
  return [
    [
      graph(
        'Invocations',
        each((fn) => fn.metricInvocations({ ...labelled(fn), statistic: 'Sum' })),
        'calls',
      ),
      graph(
        'Duration, p99',
        each((fn) => fn.metricDuration({ ...labelled(fn), statistic: 'p99' })),
        'ms',
      ),
    ],
    [
      graph(
        'Errors',
        each((fn) => fn.metricErrors({ ...labelled(fn), statistic: 'Sum' })),
        'calls',
      ),
      graph(
        'Throttles',
        each((fn) => fn.metricThrottles({ ...labelled(fn), statistic: 'Sum' })),
        'calls',
      ),
    ],
  ]
}

function queueRows(queues: Queue[]): IWidget[][] {
  if (queues.length === 0) return []
  const options = (queue: Queue) => ({ ...labelled(queue), statistic: 'Maximum' })
  return [
    [
      graph(
        'Messages',
        queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible(options(queue))),
        'messages',
      ),
      graph(
        'Oldest message',
        queues.map((queue) => queue.metricApproximateAgeOfOldestMessage(options(queue))),
        's',
      ),
    ],
  ]
}

function tableRows(tables: Table[]): IWidget[][] {
  if (tables.length === 0) return []
  const options = (table: Table) => ({ ...labelled(table), statistic: 'Sum' })
  return [
    [
      graph(
        'Read units',
        tables.map((table) => table.metricConsumedReadCapacityUnits(options(table))),
        'units',
      ),
      graph(
        'Write units',
        tables.map((table) => table.metricConsumedWriteCapacityUnits(options(table))),
        'units',
      ),
    ],
  ]
}

function machineRows(machines: CfnStateMachine[]): IWidget[][] {
  const metric = (machine: CfnStateMachine, metricName: string, statistic: 'Sum' | 'p99') =>
    new Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: machine.attrArn },
      statistic,
      ...labelled(machine, ` ${metricName}`),
    })
  if (machines.length === 0) return []
  const ends = ['ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']
  return [
    [
      graph(
        'Executions',
        machines.flatMap((machine) => ends.map((end) => metric(machine, end, 'Sum'))),
        'executions',
      ),
      graph(
        'Execution time, p99',
        machines.map((machine) => metric(machine, 'ExecutionTime', 'p99')),
        'ms',
      ),
    ],
  ]
}

function apiRows(apis: RestApi[]): IWidget[][] {
  return apis.map((api) => [
    graph(
      'Requests',
      [api.metricCount(perMinute), api.metricClientError(perMinute), api.metricServerError(perMinute)],
      'requests',
    ),
    graph(
      'Latency',
      ['p50', 'p99'].map((statistic) => api.metricLatency({ ...perMinute, statistic, label: statistic })),
      'ms',
    ),
  ])
}

function labelled({ node }: { node: { id: string } }, suffix = '') {
  return { ...perMinute, label: `${node.id}${suffix}` }
}
