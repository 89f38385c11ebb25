import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, formatFindings, runCheck } from '../../proof/check/run-check.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import type { Target } from '../../proof/target.ts'

/** Expects everything stored there to hold every invariant, once what is under way has had half a minute. */
export async function expectEveryInvariant(target: Target, attempts: RequestAttempt[] = []): Promise<Finding[]> {
  const findings = await runCheck(() => gatherAll(target, attempts), { graceMs: 500, rounds: 60, sleep: setTimeout })
  expect(
    findings.filter(({ violations }) => violations.length > 0),
    formatFindings(findings),
  ).toEqual([])
  return findings
}
