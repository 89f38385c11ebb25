import { setTimeout } from 'node:timers/promises'
import { everyLiveSaga } from '../../tables/live-sagas.ts'
import type { Store } from '../../tables/store.ts'
import { isSuccess } from '../load/attempt.ts'
import { type PlannedRequest, ticketSessions } from '../load/plan.ts'
import { runLoad } from '../load/run-load.ts'
import type { Target } from '../target.ts'
import type { TreeUsage } from './process-tree.ts'

export interface LoadSettings {
  /** Different requests; each opens a ticket. */
  unique: number
  /** How often each is sent at the same time. */
  copies: number
  concurrency: number
}

/** One load run, until everything that it caused is done. */
export interface LoadFigures {
  /** Requests, copies included, per second until the last event is delivered and the last saga has ended. */
  requestsPerSecond: number
  /** The median latency of an answer. */
  p50Ms: number
  p99Ms: number
  /** CPU time of the stack, client excluded, per ticket opened, until the same moment. Undefined where it can't be measured. */
  cpuMsPerEffect: number | undefined
  /** The same by thread of its first process, and by each other process. */
  cpuMsByThread: Record<string, number> | undefined
  /** The memory of the stack, right after the run. */
  memoryMb: number | undefined
}

/** Runs the load against a target whose processes `usage` measures. Throws when a request is not answered with its success. */
export async function measureLoad(
  { apiUrl, store }: Pick<Target, 'apiUrl' | 'store'>,
  tokenFor: (request: PlannedRequest) => Promise<string>,
  usage: () => TreeUsage | undefined,
  { unique, copies, concurrency }: LoadSettings,
): Promise<LoadFigures> {
  const before = usage()
  const startedAtMs = performance.now()
  const { results, latency } = await runLoad(
    { apiUrl, tokenFor },
    ticketSessions(`bench-${Date.now().toString(36)}`, unique),
    { copies, arrivals: { concurrency }, onProgress: () => {} },
  )
  await drained(store)
  const seconds = (performance.now() - startedAtMs) / 1000
  const after = usage()
  const failed = results.filter(({ attempts }) => !attempts.some(isSuccess))
  if (failed.length > 0) throw new Error(`${failed.length} of ${unique} requests were not answered with success`)
  return {
    requestsPerSecond: (unique * copies) / seconds,
    p50Ms: latency.getValueAtPercentile(50) / 1000,
    p99Ms: latency.getValueAtPercentile(99) / 1000,
    cpuMsPerEffect: before && after && (after.cpuMs - before.cpuMs) / unique,
    cpuMsByThread: before && after && perEffect(before.cpuMsByThread, after.cpuMsByThread, unique),
    memoryMb: after?.memoryMb,
  }
}

function perEffect(before: Record<string, number>, after: Record<string, number>, effects: number) {
  return Object.fromEntries(
    Object.entries(after).map(([name, cpuMs]) => [name, (cpuMs - (before[name] ?? 0)) / effects]),
  )
}

const pollMs = 100
/** Messages are between tables here and there: only what stays empty is empty. */
const emptyPollsMin = 5
const timeoutMs = 300_000

/** Resolves when the outbox is empty and no saga is live, several times in a row. Throws when that does not happen. */
export async function drained(store: Store): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  for (let emptyPolls = 0; emptyPolls < emptyPollsMin; ) {
    const pages = [await store.scan({ table: 'Outbox', limit: 1 }), await store.scan({ ...everyLiveSaga, limit: 1 })]
    emptyPolls = pages.every(({ rows }) => rows.length === 0) ? emptyPolls + 1 : 0
    if (performance.now() > deadlineMs) throw new Error('the events of the run were not delivered within 5 minutes')
    await setTimeout(pollMs)
  }
}
