import { type Finding, formatFindings } from '../../proof/check/run-check.ts'
import type { Fault } from '../../proof/outcomes/fault-injector.ts'
import { outcomeMatrix } from '../../proof/outcomes/matrix.ts'
import { type Case, deployed, describeCase } from './case.ts'
import type { Seen } from './run-case.ts'
import type { StackMatrix } from './run-matrix.ts'

/** How each case ends by its harness (`docs/sagas/outcomes.md`), by the tenant that plays it. */
export async function expectedEnds(cases: readonly Case[]): Promise<Map<string, string>> {
  const ends = new Map<string, string>()
  for (const harness of deployed) {
    const { rows } = await outcomeMatrix(harness, 'phases', [])
    for (const one of cases) {
      const { step, action, isPersistent, fault } = one.injected
      const row = rows.find(
        (each) => each.step === step && each.action === action && each.isPersistent === isPersistent,
      )
      if (one.harness === harness && row) ends.set(one.tenant, onTheStack(one, row.outcomes[fault]))
    }
  }
  return ends
}

/** Faults at each delivery that an endpoint is given up for after an hour; its retries are cut short here, so a person is asked before. */
const givenUpAfterAnHour: readonly Fault[] = ['error', 'answer lost']

function onTheStack({ injected: { step, isPersistent, fault } }: Case, expected: string): string {
  return step === 'deliver' && isPersistent && givenUpAfterAnHour.includes(fault) ? 'parked, then completed' : expected
}

/** What is wrong with a matrix; nothing, if all is well. */
export function problemsOf({ seen, findings }: StackMatrix, expected: ReadonlyMap<string, string>): string[] {
  const ofRuns = seen.flatMap((one) => {
    const should = expected.get(one.case.tenant)
    const otherwise = one.end === should ? [] : [`ends ${one.end}, not ${should}`]
    return [...otherwise, ...one.problems].map((what) => `${describeCase(one.case)}: ${what}`)
  })
  return [...ofRuns, ...brokenInvariants(findings), ...neverHappened(seen)]
}

function brokenInvariants(findings: readonly Finding[]): string[] {
  const broken = findings.filter(({ violations }) => violations.length > 0)
  return broken.length > 0 ? [formatFindings(broken)] : []
}

/** A matrix in which nothing of this happened has shown nothing. */
function neverHappened(seen: readonly Seen[]): string[] {
  const outcomes = new Set(seen.flatMap(({ saga }) => saga?.timeline ?? []).map(({ outcome }) => outcome))
  const happened = {
    'was completed': seen.some(({ end }) => end === 'completed'),
    'was compensated': seen.some(({ end }) => end === 'compensated'),
    'was parked, resumed and completed': seen.some(({ end }) => end === 'parked, then completed'),
    'was parked, resumed and compensated': seen.some(({ end }) => end === 'parked, then compensated'),
    'had a failed attempt': outcomes.has('failed'),
    'had an attempt whose end nobody heard of': outcomes.has('lost'),
  }
  return Object.entries(happened).flatMap(([what, did]) => (did ? [] : [`no saga ${what}`]))
}
