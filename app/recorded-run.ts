import { minuteMs } from '../domain/durations.ts'
import { eventRow } from '../tables/events.ts'
import { parseOutboxEvent } from '../tables/outbox.ts'
import { readRow } from '../tables/read-row.ts'
import { scanPages } from '../tables/scan-rows.ts'
import { parseUnconfirmed } from '../tables/unconfirmed.ts'
import type { ConsumerDeps } from './consume/consumer.ts'
import { RunLog } from './run-log.ts'

/** No clock differs by more, and no event is confirmed sooner: what was recorded longer ago and is not known to be under way is handled. */
const handledAfterMs = 15 * minuteMs

/** The outcome of a run, for the ledger. */
export interface RunOutcome {
  handled: number
  status: 'complete' | 'stopped' | 'failed'
}

/** `failed` when anything failed; `stopped` when the rest is left to the next run. */
export function runStatus({ failed, complete }: { failed: number; complete: boolean }): RunOutcome['status'] {
  if (failed > 0) return 'failed'
  return complete ? 'complete' : 'stopped'
}

/**
 * Does work on past events as one run in the ledger (docs/adr/0039): it begins with the time up to which all events were handled before, so
 * that invariant 24 can tell that the run has started nothing for them. Throws when the ledger does not accept the begin.
 */
export async function recordRun<Result>(
  deps: ConsumerDeps,
  task: string,
  work: () => Promise<Result>,
  outcomeOf: (result: Result) => RunOutcome,
): Promise<Result> {
  const log = await RunLog.begin(deps, task, { by: 'command', handledUpTo: await handledUpTo(deps) })
  const result = await work()
  await log.end({ ...outcomeOf(result), counts: {} })
  return result
}

/** The record time of the oldest event that a subscriber may not have handled yet; at most a quarter of an hour ago. */
async function handledUpTo({ store, runtime }: ConsumerDeps): Promise<string> {
  let oldest = new Date(runtime.now() - handledAfterMs).toISOString()
  const note = (recordedAt: string | undefined) => {
    if (recordedAt !== undefined && recordedAt < oldest) oldest = recordedAt
  }
  // In this order, as an event moves: one that leaves the outbox meanwhile is found behind it.
  for await (const rows of scanPages(store, 'Outbox')) for (const row of rows) note(parseOutboxEvent(row).recordedAt)
  for await (const rows of scanPages(store, 'Unconfirmed'))
    for (const { tenant, aggregate, seq } of rows.map(parseUnconfirmed))
      note((await readRow(store, eventRow(tenant, aggregate, seq)))?.recordedAt)
  return oldest
}
