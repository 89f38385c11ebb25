import { systemActor } from '../domain/actor.ts'
import type { CommandMetadata } from '../domain/command-metadata.ts'
import { type Decision, type Refusal, refused } from '../domain/decision.ts'
import type { DomainEvent } from '../domain/event.ts'
import { registerUser } from '../domain/register-user.ts'
import type { Runtime } from '../domain/runtime.ts'
import { eventsQuery, parseEvent } from '../tables/events.ts'
import type { RowRead } from '../tables/keys.ts'
import { queryRows } from '../tables/query-rows.ts'
import { isUnexpired, type RequestRecord, requestKeyRow } from '../tables/request-keys.ts'
import type { Snapshot } from '../tables/snapshot.ts'
import type { Store } from '../tables/store.ts'
import { userRow } from '../tables/users.ts'
import type { Accepted, Command, CommandResult, Reads, Root } from './command.ts'

/** What the attempts of one command share. */
export interface Execution {
  store: Store
  runtime: Runtime
  metadata: CommandMetadata
  /** Epoch milliseconds. */
  deadlineMs: number
}

/** What a request key that is known leads to. */
type Known = Extract<CommandResult, { replayed: true } | { status: 'keyReused' }>

/** `newcomer`: the command is allowed, once its actor is registered. */
export type Judgement<Result> =
  | Known
  | { status: 'refused'; refusal: Refusal }
  | { status: 'newcomer' }
  | Accepted<Result>

/** Everything that a command is judged by, its request key and its actor included. */
export function readsOf<R extends Reads>(command: Command<R, unknown>) {
  return {
    ...command.reads,
    request: requestKeyRow(command.key),
    actor: userRow(command.tenant, command.actor.id),
  } as R & KeyAndActor
}

type KeyAndActor = { request: ReturnType<typeof requestKeyRow>; actor: ReturnType<typeof userRow> }

/** The root among the rows; undefined when it does not exist, or when the command reads none. */
export function rootOf({ aggregate }: Command<Reads, unknown>, rows: object): Root | undefined {
  return (rows as Record<string, Root | undefined>)[aggregate.type]
}

/**
 * Judges a command by rows that were read. A duplicate is recognized before it is judged: a ticket that has been closed since, or a user
 * who has been deactivated, does not turn its success into a refusal.
 */
export async function judge<R extends Reads, Result>(
  { store, runtime, metadata, deadlineMs }: Execution,
  command: Command<R, Result>,
  rows: Snapshot<R & KeyAndActor>,
): Promise<Judgement<Result>> {
  const { request, actor } = rows as Snapshot<KeyAndActor>
  const earlier = request && isUnexpired(request, runtime.now()) ? replay(request, command.fingerprint) : undefined
  if (earlier?.status === 'succeeded') return earlier
  if (actor?.status === 'deactivated') return { status: 'refused', refusal: { why: 'user-deactivated' } }
  if (earlier) return earlier

  const isNewcomer = !actor && command.actor.id !== systemActor.id
  const state = (isNewcomer ? withNewcomer(command, rows) : rows) as Snapshot<R>
  const root = rootOf(command, state)
  const events = await readNeededEvents({ store, runtime, deadlineMs }, command, root)
  const decision = decide(command, metadata, state, root, events)
  if (decision.outcome === 'refused') return { status: 'refused', refusal: decision.refusal }
  return isNewcomer ? { status: 'newcomer' } : { status: 'accepted', decision, root }
}

/** The stored response, if the stored request is the same one. */
function replay(request: RequestRecord, expectedFingerprint: string): Known {
  const { fingerprint, answer: response, correlationId: firstCorrelationId } = request
  if (fingerprint !== expectedFingerprint) return { status: 'keyReused' }
  const known = firstCorrelationId !== undefined && { firstCorrelationId }
  return { status: 'succeeded', response, replayed: true, ...known }
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

/**
 * The rows as they will be once the unknown actor is registered. The command is decided on them first, so that a refused command
 * stores nothing, not even its actor.
 */
function withNewcomer({ tenant, actor, receivedAt, reads }: Command<Reads, unknown>, rows: Record<string, unknown>) {
  const { user } = registerUser(actor, receivedAt)
  const { table, key } = userRow(tenant, actor.id)
  const isActor = (read: RowRead<unknown>) => read.table === table && read.key.pk === key.pk
  const entries = Object.entries(reads).map(([name, read]) => [name, isActor(read) ? user : rows[name]])
  return Object.fromEntries(entries)
}
