import { type Finding, formatFindings } from '../../proof/check/run-check.ts'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'
import { outcomeMatrix } from '../../proof/outcomes/matrix.ts'
import { deployedHarnesses, describeCase, everyCase, type MatrixCase } from './case.ts'
import type { CaseResult } from './run-case.ts'
import type { MatrixResult } from './run-matrix.ts'

/** The outcome of every case on a whole stack, by the case's tenant: the one in the harness, with the exceptions below. */
export async function expectedOutcomes(): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>()
  const cases = everyCase()
  for (const harness of deployedHarnesses) {
    const { rows } = await outcomeMatrix(harness, 'phases', [])
    for (const testCase of cases.filter((candidate) => candidate.harness === harness)) {
      const { step, action, isPersistent, fault } = testCase.injected
      const row = rows.find(
        (candidate) =>
          candidate.step === step && candidate.action === action && candidate.isPersistent === isPersistent,
      )
      if (row) outcomes.set(testCase.tenant, outcomeOnStack(testCase, row.outcomes[fault]))
    }
  }
  return outcomes
}

/**
 * After an hour of these faults, the harness gives up the delivery. On the stack retries are shortened, so that the saga is parked long
 * before.
 */
const faultsThatGiveUp: readonly Fault[] = ['error', 'answer lost']

function outcomeOnStack({ injected: { step, isPersistent, fault } }: MatrixCase, inHarness: string): string {
  return step === 'deliver' && isPersistent && faultsThatGiveUp.includes(fault) ? 'parked, then completed' : inHarness
}

/** What is wrong with the results: other outcomes than expected, broken invariants, and kinds of outcome that never occurred. */
export function findMatrixProblems(
  { results, findings }: MatrixResult,
  expected: ReadonlyMap<string, string>,
): string[] {
  const caseProblems = results.flatMap(({ case: testCase, outcome, problems, saga }) => {
    const expectedOutcome = expected.get(testCase.tenant)
    const timeline = JSON.stringify(saga?.timeline)
    const mismatch =
      outcome === expectedOutcome ? [] : [`it ended as "${outcome}", not "${expectedOutcome}", after ${timeline}`]
    return [...mismatch, ...problems].map((problem) => `${describeCase(testCase)}: ${problem}`)
  })
  return [...caseProblems, ...brokenInvariants(findings), ...vacuity(results)]
}

function brokenInvariants(findings: readonly Finding[]): string[] {
  const broken = findings.filter(({ violations }) => violations.length > 0)
  return broken.length > 0 ? [formatFindings(broken)] : []
}

/** A matrix in which one of these never occurred proves nothing about it. */
function vacuity(results: readonly CaseResult[]): string[] {
  const ends = new Set(results.map(({ outcome }) => outcome))
  const attempts = new Set(results.flatMap(({ saga }) => saga?.timeline ?? []).map(({ outcome }) => outcome))
  const occurred = {
    'was completed': ends.has('completed'),
    'was compensated': ends.has('compensated'),
    'was parked, resumed and completed': ends.has('parked, then completed'),
    'was parked, resumed and compensated': ends.has('parked, then compensated'),
    'had a failed attempt': attempts.has('failed'),
    'had a lost attempt': attempts.has('lost'),
  }
  return Object.entries(occurred).flatMap(([what, did]) => (did ? [] : [`no saga ${what}`]))
}
