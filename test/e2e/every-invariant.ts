import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { visibilityTimeoutSeconds } from '../../infra/limits.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, formatFindings, runCheck } from '../../proof/check/run-check.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import type { ViewRead } from '../../proof/load/view-read.ts'
import { schemaDifferences } from '../../proof/schema/compare-rows.ts'
import type { Target } from '../../proof/target.ts'

const graceMs = 500

/** A consumer that failed on a busy machine gets its message again after the visibility timeout, and may fail once more. */
const inFlightMsMax = 2 * visibilityTimeoutSeconds * 1000

/** Expects all stored data to hold every invariant once what is in flight has been delivered. */
export async function expectEveryInvariant(
  target: Target,
  attempts: RequestAttempt[] = [],
  viewReads: ViewRead[] = [],
): Promise<Finding[]> {
  const rounds = inFlightMsMax / graceMs
  const findings = await runCheck(() => gatherAll(target, attempts, viewReads), { graceMs, rounds, sleep: setTimeout })
  expect(
    findings.filter(({ violations }) => violations.length > 0),
    formatFindings(findings),
  ).toEqual([])
  return findings
}

/** Expects every row to be as docs/schema.md says. A stack that others use may store rows of another version. */
export async function expectKnownRows({ store }: Target): Promise<void> {
  if (process.env.STEADFAST_E2E_DATA !== undefined) return
  expect(await schemaDifferences(store)).toEqual([])
}
