import { secretSizeBytes } from '../domain/command-metadata.ts'
import type { DomainEvent } from '../domain/event.ts'
import type { Runtime } from '../domain/runtime.ts'
import { type CommitResult, commit } from '../tables/commit.ts'
import type { StoredResponse } from '../tables/request-keys.ts'
import { Retries, retryLimits } from '../tables/retries.ts'
import { readRows, readSnapshot } from '../tables/snapshot.ts'
import type { Store } from '../tables/store.ts'
import type { Command, CommandResult, Reads } from './command.ts'
import { type Execution, type Judgement, judge, readsOf } from './judge-command.ts'
import { plainReadsSuffice } from './plain-reads-suffice.ts'
import { prepareCommit, prepareRegistration } from './prepare-commit.ts'

/**
 * The one write path: read, judge, commit. When what was read is stale by then, or another write is in progress, it starts over: with full
 * jitter, for at most `retryLimits.timeoutMs`.
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
  const execution = { store, runtime, metadata, deadlineMs }
  // Who has met another write, or depends on events too, reads a snapshot at once: it waits for a transaction that is in progress, where
  // a plain read only leads to the next conflict.
  let mayReadPlainly = command.eventsFrom === undefined
  do {
    const result = await attempt(execution, retries, command, mayReadPlainly)
    if (result !== 'retry') return result
    mayReadPlainly = false
  } while (await retries.next())
  return { status: 'conflicted' }
}

/**
 * Plain reads cost half as much as a snapshot and never meet a conflict. Where their judgement might not be the one of any moment, a
 * snapshot is read, and the command is judged again.
 */
async function attempt<R extends Reads, Result>(
  execution: Execution,
  retries: Retries,
  command: Command<R, Result>,
  mayReadPlainly: boolean,
): Promise<CommandResult | 'retry'> {
  const { store } = execution
  const reads = readsOf(command)
  if (mayReadPlainly) {
    const plain = await readRows(store, retries, reads)
    if (plain.status === 'conflicted') return plain
    const judgement = await judge(execution, command, plain.rows)
    if (plainReadsSuffice(judgement, command, plain.rows)) return carryOut(execution, command, judgement)
  }
  const snapshot = await readSnapshot(store, retries, reads)
  if (snapshot.status === 'conflicted') return snapshot
  return carryOut(execution, command, await judge(execution, command, snapshot.rows))
}

async function carryOut<R extends Reads, Result>(
  { store, runtime, deadlineMs }: Execution,
  command: Command<R, Result>,
  judgement: Judgement<Result>,
): Promise<CommandResult | 'retry'> {
  switch (judgement.status) {
    case 'newcomer': {
      const { status } = await commit(store, runtime, prepareRegistration(runtime, command), deadlineMs)
      return status === 'unknown' ? { status: 'unknown' } : 'retry'
    }
    case 'accepted': {
      const response = command.toResponse(judgement.decision.result)
      const prepared = await prepareCommit(store, runtime, command, judgement, response)
      return toCommandResult(await commit(store, runtime, prepared, deadlineMs), response, prepared.event)
    }
    default:
      return judgement
  }
}

function toCommandResult(
  result: CommitResult,
  response: StoredResponse,
  event: DomainEvent | undefined,
): CommandResult | 'retry' {
  switch (result.status) {
    case 'committed':
      return { status: 'succeeded', response, replayed: false, ...(event && { event }) }
    case 'replayed': {
      const { answer, firstCorrelationId } = result
      const known = firstCorrelationId !== undefined && { firstCorrelationId }
      return { status: 'succeeded', response: answer, replayed: true, ...known }
    }
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
