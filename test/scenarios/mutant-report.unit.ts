import { describe, expect, it } from 'vitest'
import { findMutant } from '../../proof/mutants/all.ts'
import { findScenario } from '../../scenarios/all.ts'
import { formatMutantLine, formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'
import { catchingInvariants, type MutantResult } from '../../scenarios/runner/run-mutant.ts'

const doubleClick = findScenario('double-click')
const ownMutant = doubleClick.mutant
const otherMutant = findMutant('last-write-wins')

describe('a mutant', () => {
  it('is caught by its own scenario only through an invariant that the scenario attacks', () => {
    expect(catchingInvariants({ mutant: ownMutant, scenario: doubleClick }, [8, 9, 10])).toEqual([9, 10])
    expect(catchingInvariants({ mutant: ownMutant, scenario: doubleClick }, [8])).toEqual([])
  })

  it('is caught by another scenario through any invariant', () => {
    expect(catchingInvariants({ mutant: otherMutant, scenario: doubleClick }, [8])).toEqual([8])
    expect(catchingInvariants({ mutant: otherMutant, scenario: doubleClick }, [])).toEqual([])
  })
})

describe('the report of a mutant', () => {
  const result = ({ isOwn, caughtBy }: { isOwn: boolean; caughtBy: number[] }): MutantResult => ({
    mutant: { name: 'last-write-wins', says: 'Rows are written without a condition.', files: ['a.ts', 'b.ts'] },
    isOwn,
    caughtBy,
    result: {
      ...doubleClick,
      steps: [],
      claims: [{ says: 'one ticket is stored', holds: false, found: '2, not 1' }],
      faults: [],
      verdict: {
        holds: false,
        proven: [],
        broken: ['the story stopped: timed out', 'one ticket is stored: found 2, not 1'],
        brokenInvariants: caughtBy,
      },
      seconds: 1.5,
    },
  })
  const verdictOf = (report: string) => /^Verdict: .*/ms.exec(report)?.[0].replaceAll(/\s+/g, ' ').trim()

  it('shows the mistake, the failed claims, why the story stopped, and the broken invariants', () => {
    const report = formatMutantResult(result({ isOwn: false, caughtBy: [9] }))
    expect(report).toMatch(
      /^ {3}mutant {2}Rows are written without a condition\. \(last-write-wins, in a\.ts,\s+b\.ts\)/,
    )
    expect(report).toContain('   NO      one ticket is stored\n')
    expect(report).toContain('   NO      the story stopped: timed out\n')
    expect(report).toMatch(/^ {3}BROKEN {2}9 \S/m)
  })

  it.each([
    [{ isOwn: true, caughtBy: [9, 10] }, 'broken, as it should be: without its guard, invariants 9, 10 broke (1.5 s)'],
    [{ isOwn: true, caughtBy: [] }, 'SURVIVED: no invariant that double-click attacks broke (1.5 s)'],
    [{ isOwn: false, caughtBy: [2] }, 'caught: with last-write-wins, invariant 2 broke (1.5 s)'],
    [{ isOwn: false, caughtBy: [] }, 'SURVIVED: every invariant holds (1.5 s)'],
  ])('ends in a verdict: %j', (outcome, verdict) => {
    expect(verdictOf(formatMutantResult(result(outcome)))).toBe(`Verdict: ${verdict}`)
  })

  it('is one line in a list', () => {
    expect(formatMutantLine(result({ isOwn: false, caughtBy: [9] }))).toBe(
      'caught   last-write-wins in a.ts and 1 more: by double-click, invariant 9 broke',
    )
    expect(formatMutantLine(result({ isOwn: false, caughtBy: [] }))).toBe(
      'SURVIVED last-write-wins in a.ts and 1 more: double-click found nothing',
    )
  })
})
