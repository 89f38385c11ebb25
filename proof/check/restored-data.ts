import { clockSkewMsMax } from '../../domain/clock.ts'
import { rpoSeconds, rpoSecondsMax, rtoSeconds, rtoSecondsMax } from '../../domain/restore-targets.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { cutEvents, type KeptRestore, readRestores, unreadableRecords } from './restores.ts'

export const restoresLeaveNothingHalf: Invariant = {
  number: 25,
  promise:
    'A restore leaves nothing half done: what its record names as lost is nowhere, no message is sent again, and the ledger of runs says when service was back, within the targets for RPO and RTO.',
  violations(evidence) {
    const kept = evidence.digests?.kept ?? []
    const restores = readRestores(kept)
    const newest = restores.at(-1)
    return [
      ...unreadableRecords(kept).map(({ key }) => ({
        subject: key,
        problem: 'is not the restore record that its key names',
      })),
      ...survivors(evidence),
      ...restores.flatMap((restore) => [...recordedInTheGap(evidence, restore), ...sentAgain(evidence, restore)]),
      ...(newest ? unfinished(evidence, restores, newest) : []),
      ...missedRpo(restores),
      ...withoutRecord(evidence, restores),
    ]
  },
}

/** What a record names as lost, and is stored. */
function survivors({ digests, events, sagas }: Evidence): Violation[] {
  const kept = digests?.kept ?? []
  const isCut = cutEvents(kept)
  const effects = new Set(readRestores(kept).flatMap(({ record }) => record.effects))
  return [
    ...[...events].flatMap(([pk, history]) =>
      history
        .filter(({ seq, hash }) => isCut({ aggregate: sha256Hex(pk), seq, hash }))
        .map(({ seq }) => ({
          subject: `${pk} event ${seq}`,
          problem: 'is stored, and a restore record says that it is lost',
        })),
    ),
    ...sagas
      .filter(({ value }) => effects.has(value.id))
      .map(({ pk }) => ({ subject: pk, problem: 'is stored, and a restore record says that its event is lost' })),
  ]
}

/**
 * What was recorded between the restored point and the end of the service, and is still there. The time of an event is that of the function
 * that wrote it, which may be wrong by the clock skew; an answer without an event goes by the same time by which the repair has judged it.
 */
function recordedInTheGap({ events, requests }: Evidence, { record }: KeptRestore): Violation[] {
  const { restoredTo, lostFrom } = record
  const since = new Date(Date.parse(restoredTo) + clockSkewMsMax).toISOString()
  const problem = `was recorded in the time that the restore to ${restoredTo} has lost`
  return [
    ...[...events].flatMap(([pk, history]) =>
      history
        .filter(({ recordedAt }) => recordedAt > since && recordedAt < lostFrom)
        .map(({ seq }) => ({ subject: `${pk} event ${seq}`, problem })),
    ),
    ...requests
      .filter(({ value }) => value.seq === undefined && value.createdAt >= restoredTo && value.createdAt < lostFrom)
      .map(({ pk }) => ({ subject: pk, problem })),
  ]
}

/** Mails that were accepted before the end of the service and once more after it. */
function sentAgain({ mails = [] }: Evidence, { record: { restoredTo, lostFrom } }: KeptRestore): Violation[] {
  const before = new Set<string>()
  const after = new Set<string>()
  for (const { steadfastId, acceptedAt } of mails)
    if (acceptedAt !== undefined) (acceptedAt < lostFrom ? before : after).add(steadfastId)
  return [...after]
    .filter((id) => before.has(id))
    .map((id) => ({ subject: `mail ${id}`, problem: `was sent again after the restore to ${restoredTo}` }))
}

/**
 * Only the newest restore is in the ledger: each begins with an empty one. Where its repair was run again, it has several records, and the
 * ledger names the last.
 */
function unfinished({ runs }: Evidence, restores: readonly KeptRestore[], { record }: KeptRestore): Violation[] {
  const subject = `the restore to ${record.restoredTo}`
  const keys = new Set(restores.flatMap((each) => (each.record.lostFrom === record.lostFrom ? [each.key] : [])))
  const begun = new Set(
    runs.flatMap(({ value }) => (value.step === 'restored' && keys.has(value.record) ? [value.runId] : [])),
  )
  const ends = runs.flatMap(({ value }) =>
    value.step === 'ended' && value.status === 'complete' && begun.has(value.runId) ? [value.at] : [],
  )
  const [inServiceFrom] = ends.toSorted()
  if (inServiceFrom === undefined)
    return [{ subject, problem: 'has its record, and no run in the ledger that says when service was back' }]
  const seconds = rtoSeconds(record, inServiceFrom)
  return seconds <= rtoSecondsMax
    ? []
    : [{ subject, problem: `took ${seconds} s, and the target (RTO) is ${rtoSecondsMax} s` }]
}

function missedRpo(restores: readonly KeptRestore[]): Violation[] {
  return restores.flatMap(({ record }): Violation[] => {
    const subject = `the restore to ${record.restoredTo}`
    const seconds = rpoSeconds(record)
    if (seconds < 0) return [{ subject, problem: 'went to a time at which the damage had begun' }]
    return seconds <= rpoSecondsMax
      ? []
      : [{ subject, problem: `has lost ${seconds} s of sound work, and the target (RPO) is ${rpoSecondsMax} s` }]
  })
}

/** Whoever restores tables keeps a record of what is lost. */
function withoutRecord({ runs, digests }: Evidence, restores: readonly KeptRestore[]): Violation[] {
  if (!digests) return []
  const keys = new Set(restores.map(({ key }) => key))
  return runs.flatMap(({ value }) =>
    value.step === 'restored' && !keys.has(value.record)
      ? [{ subject: `the run of ${value.at}`, problem: `names the restore record ${value.record}, which is not kept` }]
      : [],
  )
}
