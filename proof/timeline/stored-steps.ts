import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn'
import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../../domain/ids.ts'
import { executionName } from '../../sagas/start-saga.ts'
import { isDelivery, parseDelivery } from '../../tables/deliveries.ts'
import { eventRow, eventsQuery, parseEvent } from '../../tables/events.ts'
import { aggregateKey, tenantKey } from '../../tables/keys.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { parseSaga, type SagaRecord, sagasQuery } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { clientConfig, type Target } from '../target.ts'
import type { TimelineStep } from './step.ts'

/** An aggregate that log lines name: where to look for the request's rows. */
const Named = z.object({ tenant: z.string(), aggregate: z.object({ type: z.enum(aggregateTypes), id: z.string() }) })

/** The aggregates that a request's log lines name, each once. A user's id is a hash there, which no row has. */
function aggregatesIn(lines: readonly TimelineStep[]): { tenant: string; aggregate: AggregateRef }[] {
  const named = lines.flatMap(({ facts }) => Named.safeParse(facts).data ?? [])
  const byKey = new Map(named.map((each) => [aggregateKey(each.tenant, each.aggregate), each]))
  return [...byKey.values()].filter(({ aggregate }) => aggregate.type !== 'user')
}

/**
 * What is stored of a request, found by the aggregates that its log lines name: its events, what still waits in the outbox, its sagas with
 * their steps and executions, and the outcomes of webhooks. Reads by key and index only, so it costs as little in a large table.
 */
export async function readStoredSteps(
  target: Pick<Target, 'store' | 'outputs' | 'edgeUrl'>,
  correlationId: string,
  lines: readonly TimelineStep[],
): Promise<TimelineStep[]> {
  const steps: TimelineStep[] = []
  const client = new SFNClient(clientConfig(target.edgeUrl))
  try {
    for (const { tenant, aggregate } of aggregatesIn(lines)) {
      steps.push(...(await eventSteps(target.store, tenant, aggregate, correlationId)))
      const sagas = (await queryRows(target.store, sagasQuery(tenant, aggregate))).map(parseSaga)
      for (const saga of sagas.filter((each) => each.correlationId === correlationId)) {
        steps.push(...sagaSteps(saga), ...(await executionSteps(client, target.outputs, saga)))
        if (saga.name === 'webhook') steps.push(...(await deliverySteps(target.store, saga)))
      }
    }
  } finally {
    client.destroy()
  }
  return steps
}

async function eventSteps(
  store: Store,
  tenant: string,
  aggregate: AggregateRef,
  correlationId: string,
): Promise<TimelineStep[]> {
  const events = (await queryRows(store, eventsQuery(tenant, aggregate))).map(parseEvent)
  const own = events.filter((event) => event.correlationId === correlationId)
  const steps = own.map(({ id, type, seq, actor, recordedAt, traceparent }) => {
    const facts = { eventId: id, tenant, aggregate, seq, actor, ...(traceparent !== undefined && { traceparent }) }
    return { at: recordedAt, where: 'Events', what: `event recorded: ${type}`, facts }
  })
  const waiting = await Promise.all(
    own.map(async ({ id, seq, recordedAt }) => {
      const { key } = eventRow(tenant, aggregate, seq)
      const row = await store.get({ table: 'Outbox', key })
      const step = {
        at: recordedAt,
        where: 'Outbox',
        what: 'not handed to every queue yet',
        facts: { eventId: id, seq },
      }
      return row ? [step] : []
    }),
  )
  return [...steps, ...waiting.flat()]
}

function sagaSteps(saga: SagaRecord): TimelineStep[] {
  const { id: sagaId, name, startedAt, endedAt, state, reason, recipient, eventId, timeline, parking } = saga
  const where = `saga ${name}`
  const attempts = timeline.map(({ step, action, outcome, endedAt: at, error }) => {
    return { at, where, what: `${action} ${step}: ${outcome}`, facts: { sagaId, ...(error && { error }) } }
  })
  const created = {
    at: startedAt,
    where,
    what: 'saga created',
    facts: { sagaId, eventId, ...(recipient && { recipient }) },
  }
  return [
    created,
    ...attempts,
    ...(parking ? [{ at: parking.since, where, what: 'saga parked', facts: { sagaId, reason: parking.reason } }] : []),
    ...(endedAt ? [{ at: endedAt, where, what: `saga ${state}`, facts: { sagaId, ...(reason && { reason }) } }] : []),
  ]
}

/** When the current generation's execution started and ended. Nothing when it is not there any more. */
async function executionSteps(
  client: SFNClient,
  outputs: Record<string, string>,
  { id, tenant, generation, name }: SagaRecord,
): Promise<TimelineStep[]> {
  const machineArn = outputs[`${name[0]?.toUpperCase()}${name.slice(1)}MachineArn`]
  if (!machineArn) return []
  const execution = executionName({ tenant, id, generation })
  const executionArn = `${machineArn.replace(':stateMachine:', ':execution:')}:${execution}`
  try {
    const { startDate, stopDate, status } = await client.send(new DescribeExecutionCommand({ executionArn }))
    const where = `execution ${name}`
    const ended = { where, what: `execution ${String(status).toLowerCase()}`, facts: { execution } }
    return [
      ...(startDate ? [{ at: startDate.toISOString(), where, what: 'execution started', facts: { execution } }] : []),
      ...(stopDate ? [{ at: stopDate.toISOString(), ...ended }] : []),
    ]
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return []
    throw error
  }
}

async function deliverySteps(store: Store, { tenant, recipient, correlationId }: SagaRecord): Promise<TimelineStep[]> {
  const rows = await queryRows(store, { table: 'Notices', partition: tenantKey(tenant, 'DELIVERIES', recipient ?? '') })
  const own = rows.filter((row) => isDelivery(row) && row.correlationId === correlationId).map(parseDelivery)
  return own.map(({ endpoint, outcome, type, settledAt: at }) => {
    return { at, where: 'Notices', what: `webhook ${outcome}`, facts: { endpoint, type } }
  })
}
