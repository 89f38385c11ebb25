import { type Actor, systemActor } from '../domain/actor.ts'
import { type CommandMetadata, secretSizeBytes } from '../domain/command-metadata.ts'
import { type Decision, type Refusal, refused } from '../domain/decision.ts'
import { type DomainEvent, type Fact, toEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { registerUser } from '../domain/register-user.ts'
import type { Runtime } from '../domain/runtime.ts'
import { type Trace, traceOf } from '../domain/trace.ts'
import { type Commit, type CommitResult, commit } from '../tables/commit.ts'
import { eventsQuery, parseEvent } from '../tables/events.ts'
import { aggregateKey, type RowRead } from '../tables/keys.ts'
import { queryRows } from '../tables/query-rows.ts'
import {
  isUnexpired,
  type RequestKey,
  type RequestRecord,
  requestKeyHash,
  requestKeyRow,
  type StoredResponse,
} from '../tables/request-keys.ts'
import { Retries, retryLimits } from '../tables/retries.ts'
import { readSnapshot, type Snapshot } from '../tables/snapshot.ts'
import type { Store } from '../tables/store.ts'
import { userRow } from '../tables/users.ts'
import { versionCheck } from '../tables/version.ts'
import { factToWrite } from './migrate/priority-scale.ts'

/** A request to change something, already parsed and authorized by role. */
export interface Command<Reads, Result> extends Trace {
  tenant: string
  actor: Actor
  key: RequestKey
  fingerprint: string
  /** When the request was received: ISO 8601, UTC. */
  receivedAt: string
  aggregate: AggregateRef
  /** The rows that the decision depends on. The row named like the aggregate's type is its root, which holds the `version`. */
  reads: Reads
  /** The versions that the caller accepts to overwrite (`If-Match`); undefined for any. */
  expectedVersions?: number[] | undefined
  /** Epoch milliseconds; `retryLimits.timeoutMs` from now on by default, and never later. */
  deadlineMs?: number
  /**
   * The first of the root's events that the decision depends on; undefined for none. They are read after the snapshot, up to its version:
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

type Reads = Record<string, RowRead<unknown>>

/** The row that holds an aggregate's version, and the hash of its newest event. */
interface Root {
  version: number
  eventHash?: string | undefined
}

/** What the attempts of one command share. */
interface Execution {
  store: Store
  runtime: Runtime
  metadata: CommandMetadata
  retries: Retries
  /** Epoch milliseconds. */
  deadlineMs: number
}

/** A decision that is to be committed. */
type Accepted<Result> = Exclude<Decision<Result>, { outcome: 'refused' }>

/**
 * The one write path: read a snapshot, replay a duplicate, decide, commit. When the snapshot is stale by then, or another write is
 * in progress, it starts over: with full jitter, for at most `retryLimits.timeoutMs`.
 */
export async function executeCommand<R extends Reads, Result>(
  store: Store,
  runtime: Runtime,
  command: Command<R, Result>,
): Promise<CommandResult> {
  const { actor: by, receivedAt: at, ids } = command
  const metadata = { by, at, ids, secretBytes: runtime.randomBytes(secretSizeBytes) }
  const deadlineMs = Math.min(command.deadlineMs ?? Number.POSITIVE_INFINITY, runtime.now() + retryLimits.timeoutMs)
  const retries = new Retries(runtime, deadlineMs)
  do {
    const result = await attempt({ store, runtime, metadata, retries, deadlineMs }, command)
    if (result !== 'retry') return result
  } while (await retries.next())
  return { status: 'conflicted' }
}

/**
 * The snapshot holds request key, actor and target as of one moment. A duplicate is therefore recognized before it is judged: a
 * ticket that has been closed since, or a user who has been deactivated, does not turn its success into a refusal.
 */
async function attempt<R extends Reads, Result>(
  { store, runtime, metadata, retries, deadlineMs }: Execution,
  command: Command<R, Result>,
): Promise<CommandResult | 'retry'> {
  const keyAndActor = { request: requestKeyRow(command.key), actor: userRow(command.tenant, command.actor.id) }
  const snapshot = await readSnapshot(store, retries, { ...command.reads, ...keyAndActor })
  if (snapshot.status === 'conflicted') return snapshot
  const { request, actor } = snapshot.rows as Snapshot<typeof keyAndActor>

  const earlier = request && isUnexpired(request, runtime.now()) ? replay(request, command.fingerprint) : undefined
  if (earlier?.status === 'succeeded') return earlier
  if (actor?.status === 'deactivated') return { status: 'refused', refusal: { why: 'user-deactivated' } }
  if (earlier) return earlier

  const isNewcomer = !actor && command.actor.id !== systemActor.id
  const state = (isNewcomer ? withNewcomer(command, snapshot.rows) : snapshot.rows) as Snapshot<R>
  const root = (state as Record<string, Root | undefined>)[command.aggregate.type]
  const events = await readNeededEvents({ store, runtime, deadlineMs }, command, root)
  const decision = decide(command, metadata, state, root, events)
  if (decision.outcome === 'refused') return { status: 'refused', refusal: decision.refusal }

  if (isNewcomer) return register(store, runtime, command, deadlineMs)
  const response = command.toResponse(decision.result)
  const prepared = await toCommit(store, command, runtime, decision, response, root)
  return toCommandResult(await commit(store, runtime, prepared, deadlineMs), response, prepared.event)
}

async function readNeededEvents(
  { store, runtime, deadlineMs }: Pick<Execution, 'store' | 'runtime' | 'deadlineMs'>,
  { tenant, aggregate, eventsFrom }: Command<Reads, unknown>,
  root: Root | undefined,
): Promise<DomainEvent[]> {
  if (eventsFrom === undefined || !root || eventsFrom > root.version) return []
  const query = eventsQuery(tenant, aggregate, { from: eventsFrom, to: root.version })
  return (await queryRows(store, query, Number.POSITIVE_INFINITY, { runtime, deadlineMs })).map(parseEvent)
}

/** The stored response, if the stored request is the same one. */
function replay({ fingerprint, answer, correlationId }: RequestRecord, expectedFingerprint: string): CommandResult {
  if (fingerprint !== expectedFingerprint) return { status: 'keyReused' }
  return replayed(answer, correlationId)
}

function replayed(response: StoredResponse, firstCorrelationId: string | undefined): CommandResult {
  return {
    status: 'succeeded',
    response,
    replayed: true,
    ...(firstCorrelationId !== undefined && { firstCorrelationId }),
  }
}

/** The command's decision, with `If-Match` evaluated after existence and before any other refusal. */
function decide<R extends Reads, Result>(
  command: Command<R, Result>,
  metadata: CommandMetadata,
  state: Snapshot<R>,
  root: Root | undefined,
  events: readonly DomainEvent[],
): Decision<Result> {
  const { expectedVersions } = command
  const decision = command.decide(state, metadata, events)
  if (decision.outcome === 'refused' && decision.refusal.why === 'not-found') return decision
  // A resource that has no version, or none yet, matches no entity tag (RFC 9110, section 13.1.1).
  if (expectedVersions && !(root && expectedVersions.includes(root.version)))
    return refused({ why: 'version-mismatch', version: root?.version })
  return decision
}

async function toCommit<R extends Reads, Result>(
  store: Store,
  command: Command<R, Result>,
  runtime: Runtime,
  decision: Accepted<Result>,
  response: StoredResponse,
  root: Root | undefined,
): Promise<Commit> {
  const { tenant, key, fingerprint, actor, aggregate, correlationId } = command
  const aggregatePk = aggregateKey(tenant, aggregate)
  const request = { key, fingerprint, answer: response, actor: actor.id, aggregate: aggregatePk, correlationId }
  switch (decision.outcome) {
    case 'changed': {
      const place = { aggregate, seq: (root?.version ?? 0) + 1, prevHash: root?.eventHash }
      const fact = await factToWrite(store, decision.fact)
      const event = newEvent(command, runtime, { ...decision, fact }, place, requestKeyHash(key))
      return { tenant, request, changes: decision.changes, event }
    }
    case 'changed-without-event':
      return { tenant, request, changes: decision.changes }
    case 'unchanged':
      return { tenant, request, changes: [], versionCheck: unchangedSince(command, root) }
    default:
      return decision satisfies never
  }
}

/** "Nothing to change" is committed only if the root has not changed since it was read. */
function unchangedSince({ key, aggregate, reads }: Command<Reads, unknown>, root: Root | undefined) {
  const rootRead = reads[aggregate.type]
  if (!root || !rootRead)
    throw new Error(`${key.operation} decided "unchanged" without reading its ${aggregate.type}: add it to reads`)
  return versionCheck(rootRead, root.version)
}

function toCommandResult(
  result: CommitResult,
  response: StoredResponse,
  event: DomainEvent | undefined,
): CommandResult | 'retry' {
  switch (result.status) {
    case 'committed':
      return { status: 'succeeded', response, replayed: false, ...(event && { event }) }
    case 'replayed':
      return replayed(result.answer, result.firstCorrelationId)
    case 'keyReused':
      return { status: 'keyReused' }
    case 'unknown':
      return { status: 'unknown' }
    case 'stale':
    case 'conflicted':
      return 'retry'
    default:
      return result satisfies never
  }
}

/**
 * The snapshot as it will be once the unknown actor is registered. The command is decided on it first, so that a refused command
 * stores nothing, not even its actor.
 */
function withNewcomer({ tenant, actor, receivedAt, reads }: Command<Reads, unknown>, rows: Record<string, unknown>) {
  const { user } = registerUser(actor, receivedAt)
  const { table, key } = userRow(tenant, actor.id)
  const isActor = (read: RowRead<unknown>) => read.table === table && read.key.pk === key.pk
  const entries = Object.entries(reads).map(([name, read]) => [name, isActor(read) ? user : rows[name]])
  return Object.fromEntries(entries)
}

/**
 * Registers an unknown actor as a user, in a transaction of its own. The user's condition on absence makes it safe to repeat, so
 * whichever request registered the user, the command is then tried again.
 */
async function register(
  store: Store,
  runtime: Runtime,
  command: Origin,
  deadlineMs: number,
): Promise<CommandResult | 'retry'> {
  const { tenant, actor, receivedAt } = command
  const { user, fact } = registerUser(actor, receivedAt)
  const place = { aggregate: { type: 'user', id: actor.id } as const, seq: user.version, prevHash: undefined }
  const event = newEvent(command, runtime, { fact }, place)
  const changes = [{ operation: 'put', entity: 'user', user } as const]
  const { status } = await commit(store, runtime, { tenant, changes, event }, deadlineMs)
  return status === 'unknown' ? { status: 'unknown' } : 'retry'
}

/** What an event inherits from its command. */
type Origin = Trace & Pick<Command<Reads, unknown>, 'tenant' | 'actor' | 'receivedAt'>

function newEvent(
  { tenant, actor, receivedAt, ...trace }: Origin,
  runtime: Runtime,
  { fact, occurredAt = receivedAt }: { fact: Fact; occurredAt?: string },
  { prevHash, ...place }: { aggregate: AggregateRef; seq: number; prevHash: string | undefined },
  requestKeyHash?: string,
): DomainEvent {
  const envelope = {
    id: runtime.newId(),
    tenant,
    ...place,
    actor: actor.id,
    occurredAt,
    ...(occurredAt !== receivedAt && { receivedAt }),
    recordedAt: new Date(runtime.now()).toISOString(),
    ...traceOf(trace),
    ...(requestKeyHash !== undefined && { requestKeyHash }),
  }
  return toEvent(fact, envelope, prevHash)
}
