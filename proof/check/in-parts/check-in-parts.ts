import type { ArchiveObjects } from '../../../app/archive/archived-events.ts'
import { attachmentOfKey } from '../../../sagas/attachment/object-keys.ts'
import type { Store } from '../../../tables/store.ts'
import type { RequestAttempt } from '../../load/attempt.ts'
import type { Target } from '../../target.ts'
import { type Evidence, evidenceOf, type Surroundings } from '../evidence.ts'
import { readSurroundings } from '../gather.ts'
import type { Violation } from '../invariant.ts'
import { missingEvidence } from '../missing-evidence.ts'
import { checkInvariants, type Finding } from '../run-check.ts'
import { aggregateLink, sagaLink } from './links.ts'
import { planParts } from './plan-parts.ts'
import { RowFile } from './row-file.ts'

/** Rows of one part, as they are stored. In memory, with what is parsed and rebuilt from them, they take about ten times as much. */
const partBytesMax = 64 * 1024 * 1024

/** Checks all that a target stores, a part of its tenants at a time. `notJudged` says what could not be, as whole sentences. */
export async function checkTarget(
  target: Target,
  attempts: RequestAttempt[],
): Promise<{ findings: Finding[]; notJudged: string[] }> {
  const surroundings = await readSurroundings(target, attempts)
  const stored = { store: target.store, nowMs: Date.now(), archives: target.archive?.objects }
  return { findings: await checkInParts(stored, surroundings), notJudged: missingEvidence(surroundings) }
}

export interface Stored {
  store: Pick<Store, 'scan'>
  nowMs: number
  archives?: ArchiveObjects | undefined
}

/**
 * Finds what a check of everything at once finds, with the rows of one part in memory: of some tenants, or of one that is large
 * (docs/adr/0057). The same violation is reported once, although it shows in several parts.
 */
export async function checkInParts(
  stored: Stored,
  surroundings: Surroundings,
  bytesMax = partBytesMax,
): Promise<Finding[]> {
  return merged(await judgeInParts(stored, surroundings, checkInvariants, bytesMax))
}

/** What a judge says of each part. */
export async function judgeInParts<Verdict>(
  { store, nowMs, archives }: Stored,
  surroundings: Surroundings,
  judge: (evidence: Evidence) => Verdict,
  bytesMax = partBytesMax,
): Promise<Verdict[]> {
  const file = await RowFile.read(store)
  try {
    const tenantsOf = attemptsTenants(file, surroundings.attempts)
    const verdicts: Verdict[] = []
    for (const tenants of planParts(file.tenants(), [...file.related(), ...tenantsOf.values()], bytesMax)) {
      const own = surroundingsOf(file, new Set(tenants), surroundings, tenantsOf)
      verdicts.push(judge(await evidenceOf(file.rowsOf(tenants), nowMs, own, archives)))
    }
    return verdicts
  } finally {
    file.close()
  }
}

/** The tenants with an answer, by the key of each request that was logged without its tenant. */
function attemptsTenants(file: RowFile, attempts: readonly RequestAttempt[]): Map<string, string[]> {
  const keys = new Set(attempts.filter(({ tenant }) => tenant === undefined).map(({ key }) => key))
  return new Map([...keys].map((key) => [key, file.tenantsWithKey(key)]))
}

/** What concerns these tenants, and what concerns nobody: that is a finding of every part. */
function surroundingsOf(
  file: RowFile,
  tenants: ReadonlySet<string>,
  { attempts, mails, objects, viewReads, ...others }: Surroundings,
  tenantsOf: ReadonlyMap<string, readonly string[]>,
): Surroundings {
  const known = new Set(file.tenants().map(({ tenant }) => tenant))
  const isOwn = (tenant: string | undefined) => tenant === undefined || tenants.has(tenant) || !known.has(tenant)
  const isOwnAttempt = ({ tenant, key }: RequestAttempt) => {
    if (tenant !== undefined) return isOwn(tenant)
    const answered = tenantsOf.get(key) ?? []
    return answered.length === 0 || answered.some((each) => tenants.has(each))
  }
  return {
    ...others,
    attempts: attempts.filter(isOwnAttempt),
    mails: mails?.filter(({ steadfastId }) => !file.isElsewhere(sagaLink(steadfastId), tenants)),
    objects: objects?.filter(({ key }) => isOwn(attachmentOfKey(key)?.tenant)),
    ...(viewReads && { viewReads: viewReads.filter(({ tenant }) => isOwn(tenant)) }),
    isElsewhere: (hash) => file.isElsewhere(aggregateLink(hash), tenants),
    waitedElsewhere: (sinceMs) => file.waitedElsewhere(sinceMs, tenants),
  }
}

function merged(findings: readonly Finding[][]): Finding[] {
  const [first = [], ...others] = findings
  return first.map(({ invariant, violations }, index) => {
    const all = [...violations, ...others.flatMap((part) => part[index]?.violations ?? [])]
    const keyOf = ({ subject, problem }: Violation) => JSON.stringify([subject, problem])
    return { invariant, violations: [...new Map(all.map((violation) => [keyOf(violation), violation])).values()] }
  })
}
