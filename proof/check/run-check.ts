import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { invariants } from './invariants.ts'

/** An invariant with its violations; none means that it holds. */
export interface Finding {
  invariant: Invariant
  violations: Violation[]
}

export function checkInvariants(evidence: Evidence): Finding[] {
  return invariants.map((invariant) => ({ invariant, violations: invariant.violations(evidence) }))
}

/**
 * Checks stored data. While there are violations, waits for a grace period and reads everything again, up to `rounds` readings in all:
 * a reading made while work is under way can see one half of an update without the other. Returns the findings of the last reading.
 */
export async function runCheck(
  gather: () => Promise<Evidence>,
  { graceMs, rounds, sleep }: { graceMs: number; rounds: number; sleep(ms: number): Promise<unknown> },
): Promise<Finding[]> {
  let findings = checkInvariants(await gather())
  for (let round = 1; round < rounds && findings.some(({ violations }) => violations.length > 0); round++) {
    await sleep(graceMs)
    findings = checkInvariants(await gather())
  }
  return findings
}

const violationsShownMax = 5

/** One line per invariant, and below a broken one its first violations. */
export function formatFindings(findings: Finding[]): string {
  return findings
    .flatMap(({ invariant: { number, promise }, violations }) => [
      `${violations.length === 0 ? 'holds ' : 'BROKEN'} ${String(number).padStart(2)}  ${promise}`,
      ...violations.slice(0, violationsShownMax).map(({ subject, problem }) => `           ${subject} ${problem}`),
      ...(violations.length > violationsShownMax
        ? [`           … and ${violations.length - violationsShownMax} more`]
        : []),
    ])
    .join('\n')
}
