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

/** Readings in all, in multiples of those that may pass without progress: where suspects get fewer so slowly, something is wrong. */
const roundsFactorMax = 10

/**
 * Checks stored data. While there are suspects, waits for a grace period and reads everything again: a reading made while work is under way
 * can see one half of an update without the other, or what a slow consumer has not reached yet. Gives up after `rounds` readings in which
 * the suspects have not become fewer, and in any case after ten times as many. Returns the findings of the last reading.
 */
export function runCheck(gather: () => Promise<Evidence>, options: CheckOptions): Promise<Finding[]> {
  return repeatCheck(async () => checkInvariants(await gather()), options)
}

export interface CheckOptions {
  graceMs: number
  rounds: number
  sleep(ms: number): Promise<unknown>
}

/** Does what {@link runCheck} does, with a check that does its own reading. */
export async function repeatCheck(
  check: () => Promise<Finding[]>,
  { graceMs, rounds, sleep }: CheckOptions,
): Promise<Finding[]> {
  let findings = await check()
  let suspects = countViolations(findings)
  let stalledRounds = 1
  for (let round = 1; suspects > 0 && stalledRounds < rounds && round < roundsFactorMax * rounds; round++) {
    await sleep(graceMs)
    findings = await check()
    const remaining = countViolations(findings)
    stalledRounds = remaining < suspects ? 1 : stalledRounds + 1
    suspects = Math.min(suspects, remaining)
  }
  return findings
}

function countViolations(findings: Finding[]): number {
  return findings.reduce((count, { violations }) => count + violations.length, 0)
}

/** The last lines of a check. Where it has given up on suspects, it says after how long, what that means, and what to do. */
export function formatVerdict(findings: Finding[], { graceMs, rounds }: { graceMs: number; rounds: number }): string[] {
  const broken = findings.filter(({ violations }) => violations.length > 0).length
  if (broken === 0) return [`all ${findings.length} invariants hold`]
  const seconds = Math.round(((rounds - 1) * graceMs) / 1_000)
  return [
    `Gave up waiting: for ${seconds} s no suspect was cleared, so each is a violation unless work goes on that slowly. While there is traffic, or a saga retries, let it end and run the check again; else docs/invariants.md says what each invariant protects.`,
    `${broken} of ${findings.length} invariants are broken`,
  ]
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
