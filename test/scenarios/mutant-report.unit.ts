import { describe, expect, it } from 'vitest'
import { findMutant } from '../../proof/mutants/all.ts'
import { findScenario } from '../../scenarios/all.ts'
import { formatMutantLine, formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'
import { judgeMutant, type MutantResult, runMutant } from '../../scenarios/runner/run-mutant.ts'

const doubleClick = findScenario('double-click')
const ownMutant = findMutant('no-request-key')
const otherMutant = findMutant('last-write-wins')

describe('a mutant', () => {
  it('that is stopped while it is built says so, and not what failed because of that', async () => {
    const mutantCase = { mutant: ownMutant, scenario: doubleClick }
    const sources = { rootDir: '/nowhere', assemblyDir: '/nowhere' }
    await expect(runMutant(mutantCase, sources)).rejects.toThrow('no such file')
    const signal = AbortSignal.abort(new Error('stopped'))
    await expect(runMutant(mutantCase, sources, { signal })).rejects.toThrow('stopped')
  })

  it.each([
    [[8, 9, 10], { caughtBy: [9, 10], missed: [], isCaught: true }],
    [[8, 9], { caughtBy: [9], missed: [10], isCaught: false }],
    [[8], { caughtBy: [], missed: [9, 10], isCaught: false }],
  ])('is caught by its own scenario when all that it is said to break breaks: %j', (broken, verdict) => {
    expect(judgeMutant({ mutant: ownMutant, scenario: doubleClick }, broken)).toEqual({ isOwn: true, ...verdict })
  })

  it.each([
    [[8], { caughtBy: [8], missed: [], isCaught: true }],
    [[], { caughtBy: [], missed: [], isCaught: false }],
  ])('is caught by another scenario through any invariant: %j', (broken, verdict) => {
    expect(judgeMutant({ mutant: otherMutant, scenario: doubleClick }, broken)).toEqual({ isOwn: false, ...verdict })
  })
})

interface Outcome {
  isOwn: boolean
  caughtBy: number[]
  missed?: number[]
}

describe('the report of a mutant', () => {
  const result = ({ isOwn, caughtBy, missed = [] }: Outcome): MutantResult => ({
    mutant: { name: 'last-write-wins', says: 'Rows are written without a condition.', files: ['a.ts', 'b.ts'] },
    isOwn,
    caughtBy,
    missed,
    isCaught: caughtBy.length > 0 && missed.length === 0,
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
    [
      { isOwn: true, caughtBy: [9], missed: [10] },
      'SURVIVED: invariant 10 held, which it must break in double-click (1.5 s)',
    ],
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
    expect(formatMutantLine(result({ isOwn: true, caughtBy: [9], missed: [10] }))).toBe(
      'SURVIVED last-write-wins in a.ts and 1 more: double-click did not break invariant 10',
    )
  })
})
