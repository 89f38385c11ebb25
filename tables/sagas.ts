import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Sagas`: one saga, the authority on what runs. Written before its execution is started. `livePk` is there until the saga has
 * ended; after that the row never changes again. Each attempt of its timeline is an attribute of its own (`t_<number>_<id>`), so
 * that it is added in the same update that moves the saga, whoever else adds one.
 */
const table = 'Sagas'

/** Retries kept of one saga; retries are bounded, so only a saga parked and resumed for months gets here. The last slot is reused. */
const attemptsMax = 200

export const sagaStates = ['pending', 'running', 'completed', 'compensated', 'parked'] as const
export type SagaState = (typeof sagaStates)[number]

/**
 * How one attempt of a step's do or undo ended: `done`, `skipped` (nothing to do), `refused` (definitely, which compensates), `failed`,
 * `given-up` (whether it happened is not known, and it is not tried again), `waiting` (for a callback; the do comes after it),
 * `lost` (begun, but no end was ever heard of), `undone`, `nothing-to-undo` (a tombstone keeps a late do from taking effect).
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
  /** Name and words of our own making: what others say may hold personal data. */
  error: z.strictObject({ name: z.string(), message: z.string().optional() }).optional(),
})
export type Attempt = z.infer<typeof Attempt>

/** A task under way: still there when the next one begins, its end was never heard of. */
const RunningTask = z.strictObject({
  action: z.enum(['do', 'undo']),
  steps: z.array(z.string()),
  startedAt: z.iso.datetime(),
})
export type RunningTask = z.infer<typeof RunningTask>

export const ways = ['forward', 'back'] as const

/** Where and why a saga waits for a person: `id` names this parking, `token` wakes its execution; without one there is none. */
const Parking = z.strictObject({
  id: z.string(),
  reason: z.string(),
  way: z.enum(ways).optional(),
  since: z.iso.datetime(),
  token: z.string().optional(),
})
type Parking = z.infer<typeof Parking>

const fields = {
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  /** Which version of the definition it was started under. */
  definition: z.string(),
  /** Which of its executions is the current one; only that one may act. */
  generation: z.int().positive(),
  state: z.enum(sagaStates),
  input: z.json(),
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  eventId: z.string(),
  recipient: z.string().optional(),
  correlationId: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** Why it is, or was, compensated; what it gave up when it was completed all the same. */
  reason: z.string().optional(),
  task: RunningTask.optional(),
  parking: Parking.optional(),
  /** An operator has resumed this parking, and its execution has not gone on yet. */
  resumption: z.strictObject({ parkingId: z.string(), at: z.iso.datetime() }).optional(),
  /** The turn in which it was last parked, kept when it goes on: no earlier turn may move it any more. */
  parkedTurn: z.string().optional(),
  /** Counts its events: only a resume makes one. */
  version: z.int().nonnegative(),
  touchedAt: z.iso.datetime().optional(),
}

const SagaFields = z.object(fields)
type SagaFields = z.infer<typeof SagaFields>

export interface SagaRecord extends SagaFields {
  timeline: Attempt[]
}

/** One saga's current execution: what a write must still find to be allowed. */
export interface SagaRef {
  tenant: string
  id: string
  generation: number
  /** Of the task that writes; without one it is not held back by a parking. */
  turn?: string | undefined
}

/**
 * When the execution came to a task: turns compare as texts. `enteredAt` is when its state was entered, by the clock of Step Functions,
 * and the same for all tries of the task; only of a parking the tries are told apart, as each has a token of its own.
 */
export function turnOf(enteredAt: string, attempt = attemptLast): string {
  return `${enteredAt} ${String(attempt).padStart(4, '0')}`
}

const attemptLast = 9_999

/** Whether the saga was parked after this turn: what comes from it now was given up, and may not move what a person is to look at. */
export function isOvertaken({ parkedTurn }: SagaRecord, { turn }: SagaRef): boolean {
  return parkedTurn !== undefined && turn !== undefined && parkedTurn > turn
}

const keyOf = (tenant: string, id: string) => ({ pk: aggregateKey(tenant, { type: 'saga', id }), sk: 'SAGA' })

export function sagaRow(tenant: string, id: string): RowRead<SagaRecord> {
  return { table, key: keyOf(tenant, id), parse: parseSaga }
}

/** Throws `ZodError` on a row that is no saga. */
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

/** The key attributes by which a page of {@link sagasQuery} goes on after this saga. */
export function sagaPosition(tenant: string, aggregate: AggregateRef, saga: { id: string; startedAt: string }) {
  return { ...keyOf(tenant, saga.id), aggregatePk: aggregateKey(tenant, aggregate), startedSk: startedKey(saga) }
}

/** A tenant's sagas that have not ended, newest first. */
export function liveSagasQuery(tenant: string): Query {
  return { table, index: 'live', partition: tenantKey(tenant, 'LIVE'), descending: true }
}

/** The first row of a saga; a redelivery finds it and changes nothing. */
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
    livePk: tenantKey(tenant, 'LIVE'),
  }
  return { kind: 'put', table, row, when: absent }
}

export interface SagaMove {
  state?: SagaState
  /** Under which definition it turns out to run. */
  definition?: string
  reason?: string
  endedAt?: string
  /** A task that begins, or `over` for one whose end is known. */
  task?: RunningTask | 'over'
  parking?: Parking | 'over'
  attempt?: Attempt
  /** Number and id of the attempt's slot. */
  slot?: { number: number; id: string }
}

/**
 * Moves a saga on, only for its current generation, only while it has not ended, and only if it was not parked since the turn that
 * moves it: a condition of every transaction that a step makes, so an execution that was replaced can't take effect, and neither can
 * a task that was given up before someone was asked.
 */
export function moveSaga({ tenant, id, generation, turn }: SagaRef, touchedAt: string, move: SagaMove): Write {
  const { state, definition, reason, endedAt, task, parking, attempt, slot } = move
  const ends = state !== undefined && hasEnded({ state })
  const set: Row = {
    touchedAt,
    ...(state && { state }),
    ...(definition && { definition }),
    ...(reason && { reason }),
    ...(endedAt && { endedAt }),
    ...(task && task !== 'over' && { task }),
    ...(parking && parking !== 'over' && { parking, parkingId: parking.id, ...(turn && { parkedTurn: turn }) }),
    ...(attempt && slot && { [slotName(slot)]: attempt }),
  }
  const remove = [
    ...(task === 'over' ? ['task'] : []),
    ...(parking || ends ? ['resumption'] : []),
    ...(parking === 'over' || ends ? ['parking', 'parkingId'] : []),
    ...(ends ? ['livePk'] : []),
  ]
  return { kind: 'update', table, key: keyOf(tenant, id), set, remove, when: isCurrent(generation, turn) }
}

/**
 * An operator's decision that a parked saga goes on: only for the parking that is named, and once. `version` is the saga's after it.
 * The parking is kept until the execution has gone on, as its token is what wakes it.
 */
export function resumeSaga(
  tenant: string,
  { sagaId, parkingId, version, at }: { sagaId: string; parkingId: string; version: number; at: string },
): Write {
  const when: Condition = {
    all: [
      { attribute: 'parkingId', equals: parkingId },
      { attribute: 'version', equals: version - 1 },
    ],
  }
  const set = { state: 'running', version, resumption: { parkingId, at }, touchedAt: at }
  return { kind: 'update', table, key: keyOf(tenant, sagaId), set, remove: ['parkingId'], when }
}

/**
 * Gives a live saga its next execution, once; whatever the one before still does is refused from then on. The task that it left
 * behind stays, to be told as lost.
 */
export function nextGeneration(
  { tenant, id, generation }: SagaRef,
  touchedAt: string,
  { state, definition }: { state: SagaState; definition: string },
): Write {
  const set = { generation: generation + 1, state, definition, touchedAt }
  const remove = ['parking', 'parkingId', 'parkedTurn', 'resumption']
  return { kind: 'update', table, key: keyOf(tenant, id), set, remove, when: isCurrent(generation) }
}

/** All tenants' sagas that have not ended, in no order; the index may not know the last ones yet. */
export const everyLiveSaga = { table, index: 'live' } as const

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

const startedKey = ({ id, startedAt }: { id: string; startedAt: string }) => `${startedAt}#${id}`
