import { systemActor } from '../domain/actor.ts'
import type { Runtime } from '../domain/runtime.ts'
import { sha256Hex } from '../domain/sha256.ts'
import type { Trace } from '../domain/trace.ts'
import type { StoredResponse } from '../tables/request-keys.ts'
import type { Store } from '../tables/store.ts'
import type { Command, CommandResult, Reads } from './command.ts'
import { executeCommand } from './execute-command.ts'

/** A command of the system itself, which follows from an event or a notification that may be delivered again. */
export interface SystemCommand<R, Result>
  extends Pick<Command<R, Result>, 'tenant' | keyof Trace | 'aggregate' | 'reads' | 'decide' | 'deadlineMs'> {
  /** The scope of its idempotency keys, such as `system unassign-tickets`. */
  operation: string
  /** What the command was derived from: joined, the idempotency key. */
  derivedFrom: readonly string[]
  /** Further values that make two commands different. */
  parameters?: readonly string[]
}

/** Executes the command through the one write path, once per `derivedFrom`. */
export function executeSystemCommand<R extends Reads, Result extends { version: number }>(
  store: Store,
  runtime: Runtime,
  { operation, derivedFrom, parameters = [], ...command }: SystemCommand<R, Result>,
): Promise<CommandResult> {
  return executeCommand(store, runtime, {
    ...command,
    actor: systemActor,
    key: { tenant: command.tenant, operation, key: derivedFrom.join('.') },
    fingerprint: sha256Hex(JSON.stringify([operation, ...derivedFrom, ...parameters])),
    receivedAt: new Date(runtime.now()).toISOString(),
    ids: { target: command.aggregate.id, message: runtime.newId() },
    toResponse: versionResponse,
  })
}

/** What is stored as the answer to a command that no client sends: its duplicates need no more than the version. */
export function versionResponse({ version }: { version: number }): StoredResponse {
  return { status: 200, headers: {}, body: JSON.stringify({ version }) }
}
