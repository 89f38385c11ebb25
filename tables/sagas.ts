import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Sagas`: one saga, the authority on what runs. Its row is written before its execution is started. `livePk` is present until the saga
 * has ended; after that the row never changes. Each attempt on the timeline is a separate attribute (`t_<number>_<id>`), so that one
 * update can change the saga and add an attempt, even when others add theirs at the same time.
 */
const table = 'Sagas'

/** Retries kept of one saga; retries are bounded, so only a saga parked and resumed for months gets here. The last slot is reused. */
const attemptsMax = 200

export const sagaStates = ['pending', 'running', 'completed', 'compensated', 'parked'] as const
export type SagaState = (typeof sagaStates)[number]

/** The states of a saga that has not ended. */
export const liveSagaStates = ['pending', 'running', 'parked'] as const satisfies readonly SagaState[]

/**
 * How an attempt of a step's do or undo ended: `done`, `skipped` (nothing to do), `refused` (definitely, so the saga compensates),
 * `failed`, `given-up` (it may have happened, and is not tried again), `waiting` (for a callback, after which the do runs), `lost`
 * (begun, its end was never recorded), `undone`, `nothing-to-undo` (a tombstone keeps a late do from taking effect).
 */
const attemptOutcomes = [
  'done',
  'skipped',
  'refused',
  'failed',
  'given-up',
  'waiting',
  'lost',
  'undone',
  'nothing-to-undo',
] as const

export const Attempt = z.strictObject({
  step: z.string(),
  action: z.enum(['do', 'undo']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  outcome: z.enum(attemptOutcomes),
  /** Our own words only: messages of other systems may hold personal data. */
  error: z.strictObject({ name: z.string(), message: z.string().optional() }).optional(),
})
export type Attempt = z.infer<typeof Attempt>

/** The task that runs. If it is still present when the next task begins, the end of its attempt was lost. */
const RunningTask = z.strictObject({
  action: z.enum(['do', 'undo']),
  steps: z.array(z.string()),
  startedAt: z.iso.datetime(),
})
export type RunningTask = z.infer<typeof RunningTask>

/** Where a saga goes from here: forward to completion, or back by undoing its steps. */
export const directions = ['forward', 'compensate'] as const
export type Direction = (typeof directions)[number]

/** Why a saga waits for an operator. `id` names this parking; `token` wakes the execution, absent when there is no execution. */
export interface Parking {
  id: string
  reason: string
  direction?: Direction | undefined
  since: string
  token?: string | undefined
}

/** The stored form: the direction is `way`, and compensation is `back`. Rows and executions of earlier versions know no other words. */
const StoredParking = z
  .strictObject({
    id: z.string(),
    reason: z.string(),
    way: z.enum(['forward', 'back']).optional(),
    since: z.iso.datetime(),
    token: z.string().optional(),
  })
  .transform(({ way, ...parking }): Parking => {
    return { ...parking, ...(way && { direction: way === 'back' ? 'compensate' : 'forward' }) }
  })

function toStored({ direction, ...parking }: Parking): z.input<typeof StoredParking> {
  return { ...parking, ...(direction && { way: direction === 'compensate' ? 'back' : 'forward' }) }
}

const fields = {
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  /** Version of the definition under which it runs. */
  definition: z.string(),
  /** Fencing token: the number of its current execution. Only that execution may write. */
  generation: z.int().positive(),
  state: z.enum(sagaStates),
  input: z.json(),
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  eventId: z.string(),
  recipient: z.string().optional(),
  /** Who requested what the saga does, such as an attachment. Absent on sagas that only notify, and on rows of earlier versions. */
  requestedBy: z.string().optional(),
  correlationId: z.string(),
  /** W3C Trace Context of the request. Absent on rows of earlier versions. */
  traceparent: z.string().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** Why it compensates or was compensated; or, if it completed, what it gave up. */
  reason: z.string().optional(),
  task: RunningTask.optional(),
  parking: StoredParking.optional(),
  /** An operator has resumed this parking, and the execution has not continued yet. */
  resumption: z.strictObject({ parkingId: z.string(), at: z.iso.datetime() }).optional(),
  /** It waits until what it needs is released, on this task token. */
  held: z.strictObject({ dependency: z.string(), since: z.iso.datetime(), token: z.string() }).optional(),
  /** The turn in which it was last parked, or began to wait for a release. Kept after a resume: earlier turns may no longer write. */
  parkedTurn: z.string().optional(),
  /** Counts its events. Only operators' commands make any. */
  version: z.int().nonnegative(),
  /** The hash of the newest of them. Absent without one, and on rows of earlier versions. */
  eventHash: z.string().optional(),
  touchedAt: z.iso.datetime().optional(),
}

/** A saga as stored, without the attempts of its timeline. */
export const SagaFields = z.object(fields)
type SagaFields = z.infer<typeof SagaFields>

export interface SagaRecord extends SagaFields {
  timeline: Attempt[]
}

/** The execution on whose behalf a write is made. The write is refused when the saga no longer belongs to it. */
export interface SagaRef {
  tenant: string
  id: string
  generation: number
  /** The turn of the task that writes; undefined for writes that a parking does not hold back. */
  turn?: string | undefined
}

const keyOf = (tenant: string, id: string) => ({ pk: aggregateKey(tenant, { type: 'saga', id }), sk: 'SAGA' })

export function sagaRow(tenant: string, id: string): RowRead<SagaRecord> {
  return { table, key: keyOf(tenant, id), parse: parseSaga }
}

/** Throws `ZodError` when the row is not a saga. */
export function parseSaga(row: Row): SagaRecord {
  const slots = Object.keys(row).filter((name) => name.startsWith('t_'))
  return { ...SagaFields.parse(row), timeline: slots.toSorted().map((slot) => Attempt.parse(row[slot])) }
}

export function hasEnded({ state }: { state: SagaState }): boolean {
  return state === 'completed' || state === 'compensated'
}

/** The sagas that an aggregate's events started, newest first. */
export function sagasQuery(tenant: string, aggregate: AggregateRef): Query {
  return { table, index: 'byAggregate', partition: aggregateKey(tenant, aggregate), descending: true }
}

/** Exclusive start key for the page of {@link sagasQuery} after this saga. */
export function sagaPosition(tenant: string, aggregate: AggregateRef, saga: { id: string; startedAt: string }) {
  return { ...keyOf(tenant, saga.id), aggregatePk: aggregateKey(tenant, aggregate), startedSk: startedKey(saga) }
}

/** The saga at the position `next` of a page of {@link sagasQuery}. A filter may have excluded it from the page. */
export function parseSagaPosition(next: Row): { id: string; startedAt: string } {
  const [startedAt = '', id = ''] = String(next.startedSk).split('#')
  return { id, startedAt }
}

/** The first row of a saga. A redelivered event finds it and changes nothing. */
export function createSaga(saga: Omit<SagaRecord, 'timeline' | 'state' | 'generation' | 'version'>): Write {
  const { tenant, id } = saga
  const row = {
    ...keyOf(tenant, id),
    ...saga,
    state: 'pending',
    generation: 1,
    version: 0,
    aggregatePk: aggregateKey(tenant, saga.aggregate),
    startedSk: startedKey(saga),
    livePk: livePk(tenant),
  }
  return { kind: 'put', table, row, when: absent }
}

/** A change of a saga's row. */
export interface SagaUpdate {
  state?: SagaState
  /** The definition that the first task pins. */
  definition?: string
  reason?: string
  endedAt?: string
  /** The task that begins; `ended` removes it. */
  task?: RunningTask | 'ended'
  parking?: Parking | 'ended'
  held?: SagaFields['held'] | 'ended'
  attempt?: Attempt
  /** Number and id of the attempt's attribute. */
  slot?: { number: number; id: string }
}

/**
 * Updates a saga's row on behalf of its current generation, while it has not ended, and unless it was parked after the turn that writes.
 * Part of every transaction of a step: neither a zombie execution nor a task that was given up before the saga was parked can take effect.
 */
export function updateSaga({ tenant, id, generation, turn }: SagaRef, touchedAt: string, update: SagaUpdate): Write {
  const { state, definition, reason, endedAt, task, parking, held, attempt, slot } = update
  const ends = state !== undefined && hasEnded({ state })
  const set: Row = {
    touchedAt,
    ...(state && { state }),
    ...(definition && { definition }),
    ...(reason && { reason }),
    ...(endedAt && { endedAt }),
    ...(task && task !== 'ended' && { task }),
    ...(parking &&
      parking !== 'ended' && {
        parking: toStored(parking),
        parkingId: parking.id,
        ...(turn && { parkedTurn: turn }),
      }),
    ...(held && held !== 'ended' && { held, ...(turn && { parkedTurn: turn }) }),
    ...(attempt && slot && { [slotName(slot)]: attempt }),
  }
  const remove = [
    ...(task === 'ended' ? ['task'] : []),
    ...(parking || ends ? ['resumption'] : []),
    ...(parking === 'ended' || ends ? ['parking', 'parkingId'] : []),
    ...(held === 'ended' || ends ? ['held'] : []),
    ...(ends ? ['livePk'] : []),
  ]
  return { kind: 'update', table, key: keyOf(tenant, id), set, remove, when: isCurrent(generation, turn) }
}

/** What a next generation does not take over. */
export const ofOneGeneration = ['parking', 'parkingId', 'parkedTurn', 'resumption', 'held'] as const

/**
 * Gives a live saga its next generation, once. Writes of the execution before it are refused from then on. Its last task stays on the
 * row, so that the next task records it as lost.
 */
export function nextGeneration(
  { tenant, id, generation }: SagaRef,
  touchedAt: string,
  { state, definition }: { state: SagaState; definition: string },
): Write {
  const set = { generation: generation + 1, state, definition, touchedAt }
  return {
    kind: 'update',
    table,
    key: keyOf(tenant, id),
    set,
    remove: [...ofOneGeneration],
    when: isCurrent(generation),
  }
}

function isCurrent(generation: number, turn?: string): Condition {
  const parkedTurn = 'parkedTurn'
  const notParkedSince = (atMost: string): Condition => {
    return {
      any: [
        { attribute: parkedTurn, is: 'absent' },
        { attribute: parkedTurn, atMost },
      ],
    }
  }
  return {
    all: [
      { attribute: 'generation', equals: generation },
      { attribute: 'livePk', is: 'present' },
      ...(turn === undefined ? [] : [notParkedSince(turn)]),
    ],
  }
}

function slotName({ number, id }: { number: number; id: string }): string {
  if (number >= attemptsMax) return `t_${attemptsMax}_last`
  return `t_${String(number).padStart(3, '0')}_${id.replaceAll('-', '').slice(0, 8)}`
}

/** Partition of the index of live sagas. */
export const livePk = (tenant: string) => tenantKey(tenant, 'LIVE')

/** Sort key of both indexes. */
export const startedKey = ({ id, startedAt }: { id: string; startedAt: string }) => `${startedAt}#${id}`
