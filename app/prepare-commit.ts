import { type DomainEvent, type Fact, toEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { registerUser } from '../domain/register-user.ts'
import type { Runtime } from '../domain/runtime.ts'
import { type Trace, traceOf } from '../domain/trace.ts'
import type { Commit } from '../tables/commit.ts'
import { aggregateKey } from '../tables/keys.ts'
import { requestKeyHash, type StoredResponse } from '../tables/request-keys.ts'
import type { Store } from '../tables/store.ts'
import { versionCheck } from '../tables/version.ts'
import type { Accepted, Command, Reads, Root } from './command.ts'
import { factToWrite } from './migrate/priority-scale.ts'

/** What one transaction stores of a decision, with the response for its duplicates. */
export async function prepareCommit<R extends Reads, Result>(
  store: Store,
  runtime: Runtime,
  command: Command<R, Result>,
  { decision, root }: Accepted<Result>,
  response: StoredResponse,
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

/**
 * What registers an unknown actor as a user, in a transaction of its own. The user's condition on absence makes it safe to repeat, so
 * whichever request registered the user, the command is then tried again.
 */
export function prepareRegistration(runtime: Runtime, command: Origin): Commit {
  const { tenant, actor, receivedAt } = command
  const { user, fact } = registerUser(actor, receivedAt)
  const place = { aggregate: { type: 'user', id: actor.id } as const, seq: user.version, prevHash: undefined }
  const event = newEvent(command, runtime, { fact }, place)
  return { tenant, changes: [{ operation: 'put', entity: 'user', user }], event }
}

/** "Nothing to change" is committed only if the root has not changed since it was read. */
function unchangedSince({ key, aggregate, reads }: Command<Reads, unknown>, root: Root | undefined) {
  const rootRead = reads[aggregate.type]
  if (!root || !rootRead)
    throw new Error(`${key.operation} decided "unchanged" without reading its ${aggregate.type}: add it to reads`)
  return versionCheck(rootRead, root.version)
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
