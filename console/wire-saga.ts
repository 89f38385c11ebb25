/**
 * Sagas, as the operator API answers and as the stack adds to it. What comes from the API has the API's names
 * (functions/get-openapi/openapi.json), so that a page can be shown from the API alone; what only the stack knows is optional.
 */

export type SagaState = 'pending' | 'running' | 'parked' | 'completed' | 'compensated'
export type Action = 'do' | 'undo'

export interface Attempt {
  step: string
  action: Action
  /** Counts the attempts of this step's do or undo, from 1. */
  attempt: number
  startedAt: string
  endedAt: string
  outcome: Outcome
  error?: { name: string; message?: string }
}

export type Outcome =
  | 'done'
  | 'skipped'
  | 'refused'
  | 'failed'
  | 'given-up'
  | 'waiting'
  | 'lost'
  | 'undone'
  | 'nothing-to-undo'

/** `GET /sagas/{sagaId}`. */
export interface Saga {
  id: string
  name: string
  /** The version of the definition that it runs under; an API of an earlier version does not tell it. */
  definition?: string
  state: SagaState
  reason?: string
  generation: number
  parkingId?: string
  /** The held dependency that it waits for, such as `mail`. */
  heldFor?: string
  ticketId?: string
  recipient?: string
  startedAt: string
  endedAt?: string
  correlationId: string
  steps: Attempt[]
}

/** One of `GET /sagas`. */
export interface SagaSummary extends Omit<Saga, 'steps' | 'endedAt' | 'definition'> {
  attempts: number
  lastAttempt?: Omit<Attempt, 'attempt' | 'error'> & { error?: string }
}

/** One of `GET /holds`: sagas that need the dependency wait until it is released. */
export interface Hold {
  /** `mail`, `scanner`, or `webhook:` and a name. */
  dependency: string
  since: string
  by: string
  reason?: string
  /** How many sagas wait for it, of those that the stack has counted. */
  waiting: number
  /** More may wait than were counted. */
  waitingIsAtLeast?: true
}

/** `GET /holds`. */
export interface HoldList extends ListPage<Hold> {
  /** The operators of the stack hold everything, of all tenants: neither a hold nor a release of this tenant changes that. */
  everything?: Pick<Hold, 'since' | 'waiting' | 'waitingIsAtLeast'> & { reason: string }
}

/** One of `GET /blocked`. */
export interface BlockedAggregate {
  /** Names this event in this consumer. */
  id: string
  consumer: string
  aggregate: { type: string; id: string }
  blockedAt: number
  highestSeen: number
}

/** `GET /sagas/resumptions/{resumptionId}`: how far it is with resuming many. */
export interface Resumption {
  id: string
  state: 'running' | 'finished'
  resumed: number
  /** Resumed by somebody else, or parked again, in between. */
  refused: number
  /** Could not be read. */
  failed: number
}

export interface ListPage<Item> {
  items: Item[]
  nextCursor?: string
}

/** The steps of a saga, in their order. The steps before the pivot are undone in reverse order. */
export interface SagaDefinition {
  /** The saga's name, with its form where it has several, such as `attachment-scanned`. */
  title: string
  steps: DefinitionStep[]
}

export interface DefinitionStep {
  name: string
  kind: 'compensatable' | 'pivot' | 'retriable'
  /** Whether it waits for a callback from outside before its do. */
  waits: boolean
  retries: Record<Action, RetryPolicy>
}

/** Each delay is `backoffRate` times the one before, and at most `delaySecondsMax`; a random part of it is waited. */
export interface RetryPolicy {
  intervalSeconds: number
  backoffRate: number
  delaySecondsMax: number
  retriesMax: number
}

/** A run of a saga with what it was to do. */
export interface SagaRun {
  saga: Saga
  /** Absent when this version of the code does not have the definition that it runs under. */
  definition?: SagaDefinition
  /** What the API does not tell. */
  stored?: StoredRun
}

export interface StoredRun {
  /** The fences by step. `absent`: never attempted. */
  fences: Record<string, FenceState>
  parking?: { since: string; direction?: 'forward' | 'compensate' }
  /** An operator has resumed it, and it has not gone on yet. */
  resumedAt?: string
  /** The task that runs. */
  task?: { action: Action; steps: string[]; startedAt: string }
  saga: RowKey
  /** By step. */
  fenceRows: Record<string, RowKey>
}

export type FenceState = 'absent' | 'intent' | 'done' | 'undone' | 'tombstone'

/** A stored row, by its key. */
export interface RowKey {
  table: string
  pk: string
  sk?: string
}
