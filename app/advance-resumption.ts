import * as z from 'zod'
import * as domain from '../domain/advance-resumption.ts'
import type { DomainEvent } from '../domain/event.ts'
import { resumeSaga } from '../domain/resume-saga.ts'
import type { Resumption } from '../domain/resumption.ts'
import type { Runtime } from '../domain/runtime.ts'
import { passesFilter, sinceOf } from '../domain/saga-filter.ts'
import { sha256Hex } from '../domain/sha256.ts'
import { type Trace, traceOf } from '../domain/trace.ts'
import { liveSagaPosition, liveSagaRow, liveSagasQuery } from '../tables/live-sagas.ts'
import { readRow } from '../tables/read-row.ts'
import { resumptionRow } from '../tables/resumptions.ts'
import { Retries } from '../tables/retries.ts'
import { type Parking, parseSagaPosition, type SagaRecord, sagaRow } from '../tables/sagas.ts'
import { requireSnapshot } from '../tables/snapshot.ts'
import type { Row, Store } from '../tables/store.ts'
import { executeCommand } from './execute-command.ts'
import type { Observer } from './observer.ts'
import { resumeKey } from './resumed-by.ts'
import { executeSystemCommand, versionResponse } from './system-command.ts'

/** Sagas looked at in one part. Those that are parked take longer, so time may end it before. */
export const sagasPerPart = 100

/** Ten a second: each resume starts work that may be no lighter than what failed before. */
const pauseBetweenResumesMs = 100

/** A part ends after this, which leaves most of an invocation's time for a slow table. */
const partMs = 3_000

interface Deps {
  store: Store
  runtime: Runtime
  observer: Observer
}

/** The events that move a resumption on: each tells that the part before it is done, or that there is none. */
export type ResumptionEvent = DomainEvent & { type: 'resumption.requested' | 'resumption.advanced' }

export function isResumptionEvent(event: DomainEvent): event is ResumptionEvent {
  return event.type === 'resumption.requested' || event.type === 'resumption.advanced'
}

/**
 * Goes through the next part of a resumption's list, and records how far that was: by an event, whose delivery leads to the part after it.
 * Until the end (docs/adr/0059). Returns false when the event is not the resumption's newest: then its part is done.
 *
 * Safe to repeat and to run twice at once: each parking is resumed by one transaction, with a key of its own, which also counts it. Throws
 * when an outcome is not definite, and at the deadline (epoch milliseconds); the part is then gone through again.
 */
export async function advanceResumption(deps: Deps, event: ResumptionEvent, deadlineMs: number): Promise<boolean> {
  const { store, runtime } = deps
  const { tenant, aggregate, seq } = event
  // The event may come while its transaction is being applied: a plain read could find the version before, and nothing would go on.
  const reads = { resumption: resumptionRow(tenant, aggregate.id) }
  const { resumption } = await requireSnapshot(store, new Retries(runtime, deadlineMs), reads)
  if (!resumption || resumption.version !== seq || resumption.finishedAt !== undefined) return false
  const part = await goThroughPart(deps, { tenant, resumption, trace: traceOf(event) }, deadlineMs)
  const result = await executeSystemCommand(store, runtime, {
    tenant,
    operation: 'system advance-resumption',
    derivedFrom: [aggregate.id, String(seq)],
    ...traceOf(event),
    aggregate,
    reads,
    decide: (state, by) => domain.advanceResumption(state, { ...by, ...part, version: seq }),
    deadlineMs,
  })
  if (result.status !== 'succeeded')
    throw new Error(
      `the progress of resumption ${aggregate.id} was not recorded (${result.status}): its part is repeated`,
    )
  return true
}

interface Job {
  tenant: string
  resumption: Resumption
  trace: Trace
}

type Part = Pick<domain.AdvanceResumption, 'refused' | 'failed' | 'after'>

async function goThroughPart(deps: Deps, job: Job, deadlineMs: number): Promise<Part> {
  const { store, runtime } = deps
  const { tenant, resumption } = job
  const { filter, after } = resumption
  const query = { ...liveSagasQuery(tenant, sinceOf(filter)), limit: sagasPerPart }
  const page = await store.query({ ...query, after: after && liveSagaPosition(tenant, after) })
  const endMs = Math.min(deadlineMs, runtime.now() + partMs)
  const counts = { refused: 0, failed: 0 }
  for (const [index, row] of page.rows.entries()) {
    const outcome = await resumeRow(deps, job, row, deadlineMs)
    if (outcome === 'refused' || outcome === 'failed') counts[outcome]++
    if (outcome !== 'passed over') await runtime.sleep(pauseBetweenResumesMs)
    const isLast = index === page.rows.length - 1
    if (!isLast && runtime.now() >= endMs) return { ...counts, after: parseSagaPosition(row) }
  }
  return { ...counts, after: page.next && parseSagaPosition(page.next) }
}

async function resumeRow(deps: Deps, job: Job, row: Row, deadlineMs: number) {
  const { store, observer } = deps
  const { filter, requestedAt, id: resumptionId } = job.resumption
  let saga: SagaRecord | undefined
  try {
    saga = await readRow(store, liveSagaRow(row))
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause
    observer.error('saga cannot be read, so it is not resumed', { resumptionId, saga: row.pk, cause })
    return 'failed'
  }
  const parking = saga?.state === 'parked' ? saga.parking : undefined
  if (!saga || !parking || parking.since > requestedAt || !passesFilter(saga, filter)) return 'passed over'
  return resumeParked(deps, job, { saga, parking }, deadlineMs)
}

/** Resumes in the name of the operator who asked, so that it is refused once they may not. */
async function resumeParked(
  { store, runtime }: Deps,
  { tenant, resumption, trace }: Job,
  { saga, parking }: { saga: SagaRecord; parking: Parking },
  deadlineMs: number,
): Promise<'resumed' | 'refused'> {
  const key = resumeKey(tenant, resumption.id, parking.id)
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: { id: resumption.requestedBy, role: 'admin' },
    key,
    fingerprint: sha256Hex(JSON.stringify([key.operation, key.key, saga.id])),
    ...trace,
    receivedAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'saga', id: saga.id },
    reads: { saga: sagaRow(tenant, saga.id) },
    ids: { target: saga.id, message: runtime.newId() },
    deadlineMs,
    decide: (state, by) => {
      const decision = resumeSaga(state, { ...by, parkingId: parking.id })
      if (decision.outcome !== 'changed') return decision
      const counted = { operation: 'count-resumed', entity: 'resumption', resumptionId: resumption.id } as const
      return { ...decision, changes: [...decision.changes, counted] }
    },
    toResponse: versionResponse,
  })
  if (result.status === 'succeeded') return 'resumed'
  if (result.status === 'refused') return 'refused'
  throw new Error(`saga ${saga.id} could not be resumed (${result.status}): it is tried again`)
}
