import type { Actor } from '../domain/actor.ts'
import type { CommandMetadata } from '../domain/command-metadata.ts'
import type { Decision, Refusal } from '../domain/decision.ts'
import type { DomainEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import type { Trace } from '../domain/trace.ts'
import type { RowRead } from '../tables/keys.ts'
import type { RequestKey, StoredResponse } from '../tables/request-keys.ts'
import type { Snapshot } from '../tables/snapshot.ts'

/** A request to change something, already parsed and authorized by role. */
export interface Command<Reads, Result> extends Trace {
  tenant: string
  actor: Actor
  key: RequestKey
  fingerprint: string
  /** When the request was received: ISO 8601, UTC. */
  receivedAt: string
  aggregate: AggregateRef
  /**
   * The rows that the decision depends on. The row named like the aggregate's type is its root, which holds the `version`. The one named
   * `assignee` is read, but never checked when the decision is committed (docs/adr/0002).
   */
  reads: Reads
  /** The versions that the caller accepts to overwrite (`If-Match`); undefined for any. */
  expectedVersions?: number[] | undefined
  /** Epoch milliseconds; `retryLimits.timeoutMs` from now on by default, and never later. */
  deadlineMs?: number
  /**
   * The first of the root's events that the decision depends on; undefined for none. They are read after a snapshot, up to its version:
   * events never change, so that is as good as in it.
   */
  eventsFrom?: number | undefined
  ids: CommandMetadata['ids']
  decide(state: Snapshot<Reads>, by: CommandMetadata, events: readonly DomainEvent[]): Decision<Result>
  toResponse(result: Result): StoredResponse
}

/**
 * - `succeeded`: the command took effect, now (with this `event`, if it made one) or (`replayed`) by an earlier request with the same key,
 *   whose correlation id is known unless an earlier version stored it.
 * - `refused`: the command is not allowed. Nothing was stored, so the key can be used again.
 * - `keyReused`: the key belongs to another request. Nothing was stored.
 * - `conflicted`: other writes did not leave room within the time limit. Nothing was stored; the request can be repeated.
 * - `unknown`: the command may or may not have taken effect. Repeating it with the same key is safe.
 */
export type CommandResult =
  | { status: 'succeeded'; response: StoredResponse; replayed: false; event?: DomainEvent }
  | { status: 'succeeded'; response: StoredResponse; replayed: true; firstCorrelationId?: string }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'keyReused' }
  | { status: 'conflicted' }
  | { status: 'unknown' }

export type Reads = Record<string, RowRead<unknown>>

/** The row that holds an aggregate's version, and the hash of its newest event. */
export interface Root {
  version: number
  eventHash?: string | undefined
}

/** A decision that is to be committed, and the root that it was made on. */
export interface Accepted<Result> {
  status: 'accepted'
  decision: Exclude<Decision<Result>, { outcome: 'refused' }>
  root: Root | undefined
}
