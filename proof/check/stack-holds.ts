import { holdTask } from '../../app/hold-everything.ts'
import type { RunEntry } from '../../tables/runs.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'
import { readRestores } from './restores.ts'

/** One hold, from when it was put to when it was released. */
export interface HeldTime {
  /** Absent: everything. */
  dependency?: string
  putAtMs: number
  /** When the release was requested, and when it was recorded. Absent while it is held. */
  released?: { requestedAtMs: number; recordedAtMs: number }
}

type HoldEntry = Extract<RunEntry, { step: 'held' | 'released' }>

/** When everything was held, by the ledger of runs; where a restore has emptied that, by the row. */
export function stackHoldsOf(evidence: Evidence): HeldTime[] {
  const holds: HeldTime[] = []
  const entries = entriesOf(evidence)
  for (const { step, at } of entries) {
    const atMs = Date.parse(at)
    if (step === 'held') holds.push({ putAtMs: atMs })
    else {
      const last = holds.at(-1)
      const released = { requestedAtMs: atMs, recordedAtMs: atMs }
      if (last && !last.released) last.released = released
      // It was put before the restore.
      else holds.push({ putAtMs: atMs, released })
    }
  }
  const [stored] = evidence.stackHolds
  if (entries.length === 0 && stored?.value.hold) holds.push({ putAtMs: Date.parse(stored.value.hold.since) })
  return holds
}

/** The row that steps read is what the last entry of the ledger says, and no change lacks its entry. */
export function stackRowThatDisagrees(evidence: Evidence): Violation[] {
  const entries = entriesOf(evidence)
  const [stored] = evidence.stackHolds
  const found = (problem: string) => [{ subject: 'the hold on everything', problem }]
  // The ledger begins anew with a restore, and the row is as it was then.
  const firstMax = isRestored(evidence) ? Number.POSITIVE_INFINITY : 1
  const last = entries.at(-1)
  if (!last)
    return stored && firstMax === 1
      ? found(`has revision ${stored.value.revision}, and the ledger of runs has none`)
      : []
  if (!stored) return found(`has no row, although the ledger of runs has revision ${last.revision}`)
  const { revision, changeId, hold } = stored.value
  const isAsLast =
    revision === last.revision &&
    changeId === last.runId &&
    hold?.since === (last.step === 'held' ? last.at : undefined)
  if (!isAsLast)
    return found(
      `has revision ${revision}, ${hold ? `held since ${hold.since}` : 'released'}; by the ledger of runs: ${last.revision}, ${last.step} at ${last.at}`,
    )
  const first = entries[0]?.revision ?? 1
  const gap = entries.find(({ revision: each }, index) => each > firstMax + index || each !== first + index)
  return gap ? found(`has a change before revision ${gap.revision} that the ledger of runs lacks, or has twice`) : []
}

function isRestored({ runs, digests }: Evidence): boolean {
  return runs.some(({ value }) => value.step === 'restored') || readRestores(digests?.kept ?? []).length > 0
}

function entriesOf({ runs }: Evidence): HoldEntry[] {
  return runs
    .flatMap(({ value }) =>
      (value.step === 'held' || value.step === 'released') && value.task === holdTask ? [value] : [],
    )
    .toSorted((one, other) => one.revision - other.revision)
}
