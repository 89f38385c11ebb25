import { type Finding, report } from '../../proof/check/run-check.ts'
import type { Fault } from '../../proof/outcomes/befall.ts'
import { matrixOf } from '../../proof/outcomes/matrix.ts'
import { type Case, deployed, told } from './case.ts'
import type { Seen } from './run-case.ts'
import type { StackMatrix } from './run-matrix.ts'

/** How each case ends by its rehearsal (`docs/sagas/outcomes.md`), by the tenant that plays it. */
export async function rehearsedEnds(cases: readonly Case[]): Promise<Map<string, string>> {
  const ends = new Map<string, string>()
  for (const rehearsal of deployed) {
    const { rows } = await matrixOf(rehearsal, 'phases', [])
    for (const one of cases) {
      const { step, action, lasts, fault } = one.mishap
      const row = rows.find((each) => each.step === step && each.action === action && each.lasts === lasts)
      if (one.rehearsal === rehearsal && row) ends.set(one.tenant, onTheStack(one, row.ends[fault]))
    }
  }
  return ends
}

/** Faults at each delivery that an endpoint is given up for after an hour; its retries are cut short here, so a person is asked before. */
const givenUpAfterAnHour: readonly Fault[] = ['error', 'answer lost']

function onTheStack({ mishap: { step, lasts, fault } }: Case, rehearsed: string): string {
  return step === 'deliver' && lasts && givenUpAfterAnHour.includes(fault) ? 'parked, then completed' : rehearsed
}

/** What is wrong with a matrix; nothing, if all is well. */
export function problemsOf({ seen, findings }: StackMatrix, rehearsed: ReadonlyMap<string, string>): string[] {
  const ofRuns = seen.flatMap((one) => {
    const should = rehearsed.get(one.case.tenant)
    const otherwise = one.end === should ? [] : [`ends ${one.end}, not ${should}`]
    return [...otherwise, ...one.problems].map((what) => `${told(one.case)}: ${what}`)
  })
  return [...ofRuns, ...brokenInvariants(findings), ...neverHappened(seen)]
}

function brokenInvariants(findings: readonly Finding[]): string[] {
  const broken = findings.filter(({ violations }) => violations.length > 0)
  return broken.length > 0 ? [report(broken)] : []
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
