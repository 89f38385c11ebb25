import { type Actor, systemActor } from '../domain/actor.ts'
import { type CommandMetadata, secretSizeBytes } from '../domain/command-metadata.ts'
import type { Decision, Refusal } from '../domain/decision.ts'
import { type DomainEvent, type Fact, toEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { registerUser } from '../domain/register-user.ts'
import type { Runtime } from '../domain/runtime.ts'
import { type CommitResult, commit } from '../tables/commit.ts'
import { aggregateKey, type RowRead } from '../tables/keys.ts'
import { isLive, type RequestKey, requestKeyHash, requestRow, type StoredAnswer } from '../tables/request-keys.ts'
import { Retries, retryLimits } from '../tables/retries.ts'
import { readSnapshot, type Snapshot } from '../tables/snapshot.ts'
import type { Store } from '../tables/store.ts'
import { userRow } from '../tables/users.ts'
import { versionCheck } from '../tables/version.ts'

/** One request to change something, already parsed and allowed by its role. */
export interface Command<Reads, Answer> {
  tenant: string
  actor: Actor
  key: RequestKey
  fingerprint: string
  correlationId: string
  /** When the request came in: ISO 8601, UTC. */
  occurredAt: string
  aggregate: AggregateRef
  /** What the decision rests on; the row named like the aggregate's type is its root, with the `version`. */
  reads: Reads
  /** Versions that the caller will overwrite (`If-Match`); undefined for any. */
  expectedVersions?: number[] | undefined
  ids: CommandMetadata['ids']
  decide(state: Snapshot<Reads>, by: CommandMetadata): Decision<Answer>
  answer(result: Answer): StoredAnswer
}

export type CommandResult =
  | { status: 'answered'; answer: StoredAnswer; replayed: boolean }
  | { status: 'refused'; refusal: Refusal }
  | { status: 'keyReused' }
  | { status: 'conflicted' }
  | { status: 'unknown' }

type Reads = Record<string, RowRead<unknown>>

/**
 * Read, decide, commit: the one path of every write. One snapshot holds request key, actor and target, so a duplicate is
 * answered before it is judged. When what was read has moved on, or another write was under way, it reads and decides again, for
 * a bounded time.
 */
export async function executeCommand<R extends Reads, Answer>(
  store: Store,
  runtime: Runtime,
  command: Command<R, Answer>,
): Promise<CommandResult> {
  const { tenant, actor, fingerprint } = command
  const deadlineMs = runtime.now() + retryLimits.timeoutMs
  const retries = new Retries(runtime, deadlineMs)
  const metadata = {
    by: actor,
    at: command.occurredAt,
    ids: command.ids,
    secretBytes: runtime.randomBytes(secretSizeBytes),
  }
  do {
    const own = { request: requestRow(command.key), actor: userRow(tenant, actor.id) }
    const snapshot = await readSnapshot(store, retries, { ...command.reads, ...own })
    if (snapshot.status === 'conflicted') return snapshot
    const { request, actor: user } = snapshot.rows as Snapshot<typeof own>
    if (request && isLive(request, runtime.now())) {
      if (request.fingerprint !== fingerprint) return { status: 'keyReused' }
      return { status: 'answered', answer: request.answer, replayed: true }
    }
    if (user?.status === 'deactivated') return { status: 'refused', refusal: { why: 'user-deactivated' } }
    const isNew = !user && actor.id !== systemActor.id
    const state = (isNew ? withNewcomer(command, snapshot.rows) : snapshot.rows) as Snapshot<R>
    const decision = command.decide(state, metadata)
    const root = (state as Record<string, Root | undefined>)[command.aggregate.type]
    if (decision.outcome === 'refused' && decision.refusal.why === 'not-found')
      return { status: 'refused', refusal: decision.refusal }
    // What has no version yet, or never has one, matches no expectation (RFC 9110, section 13.1.1).
    if (command.expectedVersions && !(root && command.expectedVersions.includes(root.version)))
      return { status: 'refused', refusal: { why: 'version-mismatch', version: root?.version } }
    if (decision.outcome === 'refused') return { status: 'refused', refusal: decision.refusal }
    if (isNew) {
      const registered = await register(store, runtime, command, deadlineMs)
      if (registered.status === 'unknown') return { status: 'unknown' }
      continue
    }
    const answer = command.answer(decision.answer)
    const outcome = await commitDecision(store, runtime, command, decision, answer, root, deadlineMs)
    switch (outcome.status) {
      case 'committed':
        return { status: 'answered', answer, replayed: false }
      case 'replayed':
        return { status: 'answered', answer: outcome.answer, replayed: true }
      case 'keyReused':
        return outcome
      case 'unknown':
        return { status: 'unknown' }
      case 'stale':
      case 'conflicted':
        continue
      default:
        outcome satisfies never
    }
  } while (await retries.next())
  return { status: 'conflicted' }
}

interface Root {
  version: number
}

async function commitDecision<R extends Reads, Answer>(
  store: Store,
  runtime: Runtime,
  command: Command<R, Answer>,
  decision: Exclude<Decision<Answer>, { outcome: 'refused' }>,
  answer: StoredAnswer,
  root: Root | undefined,
  deadlineMs: number,
): Promise<CommitResult> {
  const { tenant, key, fingerprint, actor, aggregate, reads } = command
  const request = { key, fingerprint, answer, actor: actor.id, aggregate: aggregateKey(tenant, aggregate) }
  if (decision.outcome === 'changed') {
    const seq = (root?.version ?? 0) + 1
    const event = { ...eventOf(command, runtime, decision.fact, aggregate, seq), requestKeyHash: requestKeyHash(key) }
    return commit(store, runtime, { tenant, request, changes: decision.changes, event }, deadlineMs)
  }
  if (decision.outcome === 'changed-without-event')
    return commit(store, runtime, { tenant, request, changes: decision.changes }, deadlineMs)
  const rootRead = reads[aggregate.type]
  if (!root || !rootRead)
    throw new Error(`${key.operation} changed nothing, so its ${aggregate.type} must have been read`)
  return commit(
    store,
    runtime,
    { tenant, request, changes: [], versionCheck: versionCheck(rootRead, root.version) },
    deadlineMs,
  )
}

/**
 * What the command will find once its unknown actor is registered: it is judged by that first, so that a refused one stores
 * nothing, not even its actor.
 */
function withNewcomer({ tenant, actor, occurredAt, reads }: Command<Reads, unknown>, rows: Record<string, unknown>) {
  const { user } = registerUser(actor, occurredAt)
  const own = userRow(tenant, actor.id)
  const isOwn = (read: RowRead<unknown>) => read.table === own.table && read.key.pk === own.key.pk
  const found = Object.entries(reads).map(([name, read]) => [name, isOwn(read) ? user : rows[name]])
  return Object.fromEntries(found)
}

/** Makes an unknown actor a user, in a transaction of its own: its condition on absence lets it happen twice without harm. */
function register(store: Store, runtime: Runtime, command: Origin, deadlineMs: number): Promise<CommitResult> {
  const { tenant, actor } = command
  const { user, fact } = registerUser(actor, command.occurredAt)
  const event = eventOf(command, runtime, fact, { type: 'user', id: actor.id }, user.version)
  return commit(store, runtime, { tenant, changes: [{ operation: 'put', entity: 'user', user }], event }, deadlineMs)
}

/** Where an event comes from: what it and its command have in common. */
type Origin = Pick<Command<Reads, unknown>, 'tenant' | 'actor' | 'correlationId' | 'occurredAt'>

function eventOf(
  { tenant, actor, correlationId, occurredAt }: Origin,
  runtime: Runtime,
  fact: Fact,
  aggregate: AggregateRef,
  seq: number,
): DomainEvent {
  return toEvent(fact, {
    id: runtime.newId(),
    tenant,
    aggregate,
    seq,
    actor: actor.id,
    occurredAt,
    recordedAt: new Date(runtime.now()).toISOString(),
    correlationId,
  })
}
