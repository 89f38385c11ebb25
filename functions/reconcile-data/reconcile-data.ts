import type { ReconcileDeps } from '../../app/reconcile/drift.ts'
import { type Reconciled, reconcile } from '../../app/reconcile/reconcile.ts'
import { minuteMs } from '../../domain/durations.ts'

/** The queues have delivered a message as often as they will by then, and reconcile-consumers has made up for what they lost. */
export const inFlightMsMax = 30 * minuteMs

/** Longer than a transaction takes, with its retries. */
export const graceMs = 5_000

/** One round over stored data, from where the last one ended: heals what can be healed, and logs what operators must do about the rest. */
export async function reconcileData(
  deps: Omit<ReconcileDeps, 'inFlightMsMax'>,
  deadlineMs: number,
): Promise<Reconciled> {
  const result = await reconcile({ ...deps, inFlightMsMax }, { mode: 'heal', by: 'schedule', graceMs, deadlineMs })
  deps.observer.count('DriftNotHealed', result.left)
  return result
}
