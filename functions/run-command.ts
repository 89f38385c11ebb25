import { type Actor, systemActor } from '../domain/actor.ts'
import type { By } from '../domain/command.ts'
import type { Decision, Refusal } from '../domain/decision.ts'
import type { DomainEvent, Fact } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { registerUser } from '../domain/users.ts'
import type { World } from '../domain/world.ts'
import { Attempts, backoff } from '../tables/backoff.ts'
import { type CommitResult, commit } from '../tables/commit.ts'
import { aggregateKey, type RowRead } from '../tables/keys.ts'
import { isLive, type RequestKey, requestKeyHash, requestRow, type StoredAnswer } from '../tables/request-keys.ts'
import { readSnapshot, type Snapshot } from '../tables/snapshot.ts'
import type { Store } from '../tables/store.ts'
import { unmoved, userRow } from '../tables/tickets.ts'

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
  ids: By['ids']
  decide(state: Snapshot<Reads>, by: By): Decision<Answer>
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
export async function runCommand<R extends Reads, Answer>(
  store: Store,
  world: World,
  command: Command<R, Answer>,
): Promise<CommandResult> {
  const { tenant, actor, fingerprint } = command
  const untilMs = world.now() + backoff.deadlineMs
  const attempts = new Attempts(world, untilMs)
  do {
    const own = { request: requestRow(command.key), actor: userRow(tenant, actor.id) }
    const snapshot = await readSnapshot(store, attempts, { ...command.reads, ...own })
    if (snapshot.status === 'conflicted') return snapshot
    const { request, actor: user } = snapshot.rows as Snapshot<typeof own>
    if (request && isLive(request, world.now())) {
      if (request.fingerprint !== fingerprint) return { status: 'keyReused' }
      return { status: 'answered', answer: request.answer, replayed: true }
    }
    if (user?.status === 'deactivated') return { status: 'refused', refusal: { why: 'user-deactivated' } }
    const isNew = !user && actor.id !== systemActor.id
    const state = (isNew ? withNewcomer(command, snapshot.rows) : snapshot.rows) as Snapshot<R>
    const decision = command.decide(state, { by: actor, at: command.occurredAt, ids: command.ids })
    const root = (state as Record<string, Root | undefined>)[command.aggregate.type]
    if (decision.outcome === 'refused' && decision.refusal.why === 'not-found')
      return { status: 'refused', refusal: decision.refusal }
    // What has no version yet, or never has one, matches no expectation (RFC 9110, section 13.1.1).
    if (command.expectedVersions && !(root && command.expectedVersions.includes(root.version)))
      return { status: 'refused', refusal: { why: 'version-mismatch', version: root?.version } }
    if (decision.outcome === 'refused') return { status: 'refused', refusal: decision.refusal }
    if (isNew) {
      const registered = await register(store, world, command, untilMs)
      if (registered.status === 'unknown') return { status: 'unknown' }
      continue
    }
    const answer = command.answer(decision.answer)
    const outcome = await commitDecision(store, world, command, decision, answer, root, untilMs)
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
  } while (await attempts.again())
  return { status: 'conflicted' }
}

interface Root {
  version: number
}

async function commitDecision<R extends Reads, Answer>(
  store: Store,
  world: World,
  command: Command<R, Answer>,
  decision: Exclude<Decision<Answer>, { outcome: 'refused' }>,
  answer: StoredAnswer,
  root: Root | undefined,
  untilMs: number,
): Promise<CommitResult> {
  const { tenant, key, fingerprint, actor, aggregate, reads } = command
  const request = { key, fingerprint, answer, actor: actor.id, aggregate: aggregateKey(tenant, aggregate) }
  if (decision.outcome === 'changed') {
    const seq = (root?.version ?? 0) + 1
    const event = { ...eventOf(command, world, decision.fact, aggregate, seq), requestKeyHash: requestKeyHash(key) }
    return commit(store, world, { tenant, request, changes: decision.changes, event }, untilMs)
  }
  if (decision.outcome === 'noted') return commit(store, world, { tenant, request, changes: decision.changes }, untilMs)
  const rootRead = reads[aggregate.type]
  if (!root || !rootRead)
    throw new Error(`${key.operation} changed nothing, so its ${aggregate.type} must have been read`)
  return commit(store, world, { tenant, request, changes: [], unmoved: unmoved(rootRead, root.version) }, untilMs)
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
function register(store: Store, world: World, command: Origin, untilMs: number): Promise<CommitResult> {
  const { tenant, actor } = command
  const { user, fact } = registerUser(actor, command.occurredAt)
  const event = eventOf(command, world, fact, { type: 'user', id: actor.id }, user.version)
  return commit(store, world, { tenant, changes: [{ row: 'user', user }], event }, untilMs)
}

/** Where an event comes from: what it and its command have in common. */
type Origin = Pick<Command<Reads, unknown>, 'tenant' | 'actor' | 'correlationId' | 'occurredAt'>

function eventOf(
  { tenant, actor, correlationId, occurredAt }: Origin,
  world: World,
  fact: Fact,
  aggregate: AggregateRef,
  seq: number,
): DomainEvent {
  return {
    ...fact,
    id: world.newId(),
    tenant,
    aggregate,
    seq,
    actor: actor.id,
    occurredAt,
    recordedAt: new Date(world.now()).toISOString(),
    correlationId,
  }
}
