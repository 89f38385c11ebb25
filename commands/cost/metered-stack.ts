import { setTimeout as sleep } from 'node:timers/promises'
import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import type { TraceEntry } from 'embedded-aws/faults'
import { confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { fetchWhole } from '../../proof/fetch-whole.ts'
import { shortName } from '../../proof/short-name.ts'
import { clientConfig, type Target } from '../../proof/target.ts'
import { watchTrace } from '../../scenarios/runner/recording/trace.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Executions } from './to-usage.ts'

/** An embedded stack whose calls, invocations and executions are recorded. */
export interface MeteredStack {
  target: Target
  /** Waits until every event since the last `take` is with its consumers, and no saga runs. */
  settle(): Promise<void>
  /** Settles, lets the reconciler confirm the new events, and returns what has happened since the last `take`. */
  take(): Promise<{ entries: TraceEntry[]; executions: Executions }>
  /** Invokes a function that runs on a schedule, and returns what it did. */
  invoke(functionName: string): Promise<TraceEntry[]>
  stop(): Promise<void>
}

/** The ordered consumers and the starter of sagas get every event. */
const everyEvent = ['relay-outbox', 'start-saga', 'project-views', 'unassign-tickets']

const settleMsMax = 60_000
const pollMs = 50

/** Throws where there is no trace, as on AWS. */
export async function meterStack(target: Target): Promise<MeteredStack> {
  const { edgeUrl, outputs, store } = target
  if (!edgeUrl) throw new Error('only a stack on this machine can be metered: AWS has no trace')
  const trace = await watchTrace(edgeUrl, '', [], { metered: true })
  const states = new SFNClient(clientConfig(edgeUrl))
  const machines = Object.entries(outputs).flatMap(([name, arn]) => (name.endsWith('MachineArn') ? [arn] : []))
  const known = new Set<string>()
  let events = (await scanAll(store, 'Events')).length

  async function executionArns(status?: 'RUNNING'): Promise<string[]> {
    const pages = await Promise.all(
      machines.map((stateMachineArn) =>
        states.send(
          new ListExecutionsCommand({ stateMachineArn, maxResults: 1_000, ...(status && { statusFilter: status }) }),
        ),
      ),
    )
    return pages.flatMap(({ executions = [] }) => executions.map(({ executionArn = '' }) => executionArn))
  }
  // What ran before, such as a saga that is parked, is not waited for.
  const before = new Set(await executionArns())
  for (const arn of before) known.add(arn)

  const received = (name: string) =>
    trace.entries
      .filter(({ kind, to, what }) => kind === 'invocation' && shortName(to) === name && what !== '')
      .reduce((sum, { records = 0 }) => sum + records, 0)

  async function settle(): Promise<void> {
    for (const startedAtMs = performance.now(); ; ) {
      const expected = (await scanAll(store, 'Events')).length - events
      const isDelivered = everyEvent.every((name) => received(name) >= expected)
      if (isDelivered && !(await executionArns('RUNNING')).some((arn) => !before.has(arn))) return
      if (performance.now() - startedAtMs > settleMsMax)
        throw new Error(`the stack is not at rest after ${settleMsMax / 1_000} s: check its log, and measure again`)
      await sleep(pollMs)
    }
  }

  async function invoke(functionName: string): Promise<TraceEntry[]> {
    const from = trace.entries.length
    const url = `${edgeUrl}/2015-03-31/functions/${functionName}/invocations`
    const { ok, status } = await fetchWhole(url, { method: 'POST', body: '{}' })
    if (!ok) throw new Error(`${functionName} could not be invoked: the stack answered ${status}`)
    await until(() => trace.entries.slice(from).some(({ kind, to }) => kind === 'invocation' && to === functionName))
    return trace.entries.slice(from).filter((entry) => entry.from === functionName || entry.to === functionName)
  }

  /** Confirms the events that were just published, as if a quarter of an hour had passed. */
  async function confirm(): Promise<TraceEntry[]> {
    const publishedAt = new Date(Date.now() - confirmedAfterMs - 60_000).toISOString()
    for (const row of await scanAll(store, 'Unconfirmed')) {
      const key = { pk: String(row.pk), sk: String(row.sk) }
      await store.write({ kind: 'put', table: 'Unconfirmed', row: { ...row, ...key, publishedAt } })
    }
    const entries = await invoke(outputs.ReconcileConsumersFunction ?? '')
    // What the round costs without any event is the price of the schedule, and so is its digest: one object for up to 200 events.
    const isOfRound = ({ kind, to, what, resources = [] }: TraceEntry) =>
      kind === 'invocation' ||
      to === 's3' ||
      what === 'Scan' ||
      resources.some((name) => name.endsWith('-sweep-positions'))
    return entries.filter((entry) => !isOfRound(entry))
  }

  async function newExecutions(): Promise<Executions> {
    const arns = (await executionArns()).filter((arn) => !known.has(arn))
    const total = { transitions: 0, historyBytes: 0 }
    for (const executionArn of arns) {
      known.add(executionArn)
      const { events: history = [] } = await states.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000, includeExecutionData: false }),
      )
      total.transitions += billedTransitions(history)
      total.historyBytes += history.reduce((sum, event) => sum + logRecordBytes(executionArn, event), 0)
    }
    return total
  }

  return {
    target,
    settle,
    invoke,
    async take() {
      await settle()
      const scheduled = /-(sweep|reconcile)-[a-z]+$/
      const own = trace.entries.filter(({ from = '', to }) => !scheduled.test(from) && !scheduled.test(to))
      const entries = [...own, ...(await confirm())]
      trace.entries.splice(0)
      events = (await scanAll(store, 'Events')).length
      return { entries, executions: await newExecutions() }
    },
    async stop() {
      states.destroy()
      await trace.stop()
    },
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const startedAtMs = performance.now(); !isTrue(); await sleep(pollMs)) {
    if (performance.now() - startedAtMs > settleMsMax) throw new Error('the trace does not show the invocation')
  }
}

/** Each state entered and each retry (https://aws.amazon.com/step-functions/pricing/). */
function billedTransitions(history: readonly HistoryEvent[]): number {
  const types = history.map(({ type }) => String(type))
  const entered = types.filter((type) => type.endsWith('StateEntered'))
  const attempts = types.filter((type) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled')
  return entered.length + attempts.length - entered.filter((type) => type === 'TaskStateEntered').length
}

/** The record that level ALL logs: the event without execution data, in an envelope with ARN, time and ids. */
function logRecordBytes(executionArn: string, event: HistoryEvent): number {
  return JSON.stringify({ ...event, execution_arn: executionArn, redrive_count: '0' }).length
}
