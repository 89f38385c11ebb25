import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { invariants } from './invariants.ts'

export interface Finding {
  invariant: Invariant
  violations: Violation[]
}

export function judge(evidence: Evidence): Finding[] {
  return invariants.map((invariant) => ({ invariant, violations: invariant.violations(evidence) }))
}

/**
 * Judges stored data, and reads again after a grace period while there are suspects: data read while work is under way shows
 * steps that belong together apart. What is still wrong in the last reading is a violation.
 */
export async function runCheck(
  gather: () => Promise<Evidence>,
  { graceMs, rounds, sleep }: { graceMs: number; rounds: number; sleep(ms: number): Promise<unknown> },
): Promise<Finding[]> {
  let findings = judge(await gather())
  for (let round = 1; round < rounds && findings.some(({ violations }) => violations.length > 0); round++) {
    await sleep(graceMs)
    findings = judge(await gather())
  }
  return findings
}

const shownMax = 5

/** One line for each invariant, and below a broken one its first violations. */
export function report(findings: Finding[]): string {
  return findings
    .flatMap(({ invariant: { number, promise }, violations }) => [
      `${violations.length === 0 ? 'holds ' : 'BROKEN'} ${String(number).padStart(2)}  ${promise}`,
      ...violations.slice(0, shownMax).map(({ subject, what }) => `           ${subject} ${what}`),
      ...(violations.length > shownMax ? [`           … and ${violations.length - shownMax} more`] : []),
    ])
    .join('\n')
}
