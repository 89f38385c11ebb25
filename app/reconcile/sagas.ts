import { elapsedMs } from '../../domain/clock.ts'
import { dayMs, hourMs } from '../../domain/durations.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { executionName, startSaga } from '../../sagas/start-saga.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import { liveSagaRow } from '../../tables/live-sagas.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { hasEnded, sagaRow } from '../../tables/sagas.ts'
import type { Row } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { aggregateHeaderOf, subjectOf } from '../aggregate-header.ts'
import { type PlannedSaga, plannedSagas } from '../consumers/start-sagas.ts'
import type { Detector, ReconcileDeps, Suspect } from './drift.ts'

/** What people should have been told by now is still told so late, and no later: then a person decides. */
const startedLateMsMax = 48 * hourMs

/** Older events were reconciled while they were younger. */
const lookedBackMs = 7 * dayMs

/** Events of one ticket: bounds what a round reads. */
const eventsMax = 50

/**
 * Events against sagas: each saga that a ticket's latest events need must have a row. One that is missing is started, as the subscriber
 * does it, while its event is young: it sends mails and calls webhooks.
 */
export const sagasDetector: Detector = {
  kind: 'sagas',
  async suspects(deps, row, deadlineMs) {
    const header = aggregateHeaderOf(row)
    if (header?.aggregate.type !== 'ticket') return []
    const { store, runtime, inFlightMsMax } = deps
    const { tenant, aggregate } = header
    const ticket = await readRow(store, ticketRow(tenant, aggregate.id))
    if (!ticket) return []
    const range = { from: Math.max(1, ticket.version - eventsMax + 1), to: ticket.version }
    const ageMs = ({ recordedAt }: DomainEvent) => elapsedMs(recordedAt, runtime.now())
    const events = (await queryRows(store, eventsQuery(tenant, aggregate, range)))
      .map(parseEvent)
      .filter((event) => ageMs(event) >= inFlightMsMax && ageMs(event) < lookedBackMs)
    const suspects: Suspect[] = []
    for (const event of events)
      for (const planned of await plannedSagas({ ...deps.sagas, store, runtime }, event, deadlineMs))
        if (!(await readRow(store, sagaRow(tenant, planned.start.id))))
          suspects.push(missing(deps, event, planned, ageMs(event) < startedLateMsMax))
    return suspects
  },
}

function missing(deps: ReconcileDeps, event: DomainEvent, { saga, start }: PlannedSaga, isYoung: boolean): Suspect {
  const { store, runtime, sagas } = deps
  const { tenant, aggregate, seq, recordedAt, id } = event
  const machineArn = sagas.machineArns[saga.name as keyof typeof sagas.machineArns]
  return {
    kind: 'sagas',
    subject: subjectOf({ tenant, aggregate: { type: 'saga', id: start.id } }),
    mark: start.id,
    problem: `does not exist, although event ${seq} of ${subjectOf({ tenant, aggregate })} needs a ${saga.name} saga`,
    since: recordedAt,
    ...(isYoung && {
      heal: async () => {
        const outcome = await startSaga({ store, runtime, machines: sagas.machines }, saga, machineArn, start)
        return outcome === 'started' ? 'started late' : 'was started meanwhile'
      },
    }),
    handOver: `decide whether its recipient still needs to know of event ${id}: after ${startedLateMsMax / hourMs} hours nothing is sent by itself`,
  }
}

/** Longer than any saga waits: for an endpoint that is down, a day. */
const stuckAfterMs = 48 * hourMs

/** A live saga that waits for a person, or that has not moved for longer than any step takes. `row` is one of the index of live sagas. */
export async function stuckSaga({ store, runtime }: ReconcileDeps, row: Row): Promise<Suspect[]> {
  const saga = await readRow(store, liveSagaRow(row))
  if (!saga || hasEnded(saga)) return []
  const { tenant, id, state, parking, resumption, touchedAt, startedAt } = saga
  const found = (problem: string, since: string, handOver: string): Suspect[] => [
    {
      kind: 'sagas',
      subject: subjectOf({ tenant, aggregate: { type: 'saga', id } }),
      mark: `${state} ${since}`,
      problem,
      since,
      handOver,
    },
  ]
  if (state === 'parked' && parking && !resumption)
    return found(
      'is parked, and waits for an operator',
      parking.since,
      `mend the cause, then resume it (POST /sagas/${id}/resume, parkingId ${parking.id})`,
    )
  // The alarm of what is held says so.
  if (saga.held) return []
  const movedAt = touchedAt ?? startedAt
  if (elapsedMs(movedAt, runtime.now()) < stuckAfterMs) return []
  return found(
    `is ${state}, and has not moved`,
    movedAt,
    `look at its execution ${executionName(saga)} in Step Functions`,
  )
}
