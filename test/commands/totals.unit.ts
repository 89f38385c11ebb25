import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TestModule } from 'vitest/node'
import { formatSkipped } from '../../commands/test/run-tests.ts'
import TotalsReporter, {
  type TestOutcome,
  totalsFileVariable,
  writeTotals,
} from '../../commands/test/totals-reporter.ts'

const inner: TestOutcome[] = [
  { suite: 'MiniStack > a ticket', name: 'takes effect once', state: 'passed', seconds: 1 },
  { suite: 'MiniStack > a ticket', name: 'compensates', state: 'skipped', reason: 'no mail sink', seconds: 0 },
]

/** A test case as vitest hands it to reporters. */
function testCase(name: string, result: object, meta: object = {}) {
  const parent = { type: 'suite', fullName: 'MiniStack' }
  return { name, parent, result: () => result, meta: () => meta, diagnostic: () => ({ duration: 1234.6 }) }
}

function moduleOf(...tests: ReturnType<typeof testCase>[]): TestModule {
  const stateOf = (test: (typeof tests)[number]) => (test.result() as { state: string }).state
  const allTests = (state?: string) => tests.filter((test) => !state || stateOf(test) === state)
  const module = {
    children: { allTests },
    state: () => ['pending', 'failed'].find((state) => allTests(state).length > 0) ?? 'passed',
    moduleId: 'x.long.ts',
    diagnostic: () => ({ duration: 5000 }),
  }
  return module as unknown as TestModule
}

describe('the totals of a test run', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfast-totals-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function totals(...tests: ReturnType<typeof testCase>[]) {
    const file = join(folder, 'totals.json')
    vi.stubEnv(totalsFileVariable, file)
    new TotalsReporter().onTestRunEnd([moduleOf(...tests)], [])
    return JSON.parse(readFileSync(file, 'utf8'))
  }

  it('count the tests that a test ran by a command', () => {
    const { passed, failed, tests } = totals(testCase('keeps its promises', { state: 'passed' }, { inner }))
    expect({ passed, failed }).toEqual({ passed: 2, failed: 0 })
    expect(tests).toEqual([
      { suite: 'MiniStack', name: 'keeps its promises', state: 'passed', seconds: 1.235 },
      ...inner,
    ])
  })

  it('count a test that did not end as failed', () => {
    expect(totals(testCase('hangs', { state: 'pending' }))).toMatchObject({ passed: 0, failed: 1 })
  })

  it('say of each file what it came to, what was skipped and why, what it has measured, and how often things happened', () => {
    const { files } = totals(
      testCase('restores', { state: 'passed' }, { figures: { RTO: '11 s' }, counts: { kills: 2 } }),
      testCase('deploys', { state: 'skipped', note: 'Java is missing' }),
      testCase('hangs', { state: 'pending' }, { counts: { kills: 1, faults: 4 } }),
    )
    const results = { passed: 1, failed: 1, skipped: 1 }
    expect(files).toEqual([
      {
        path: 'x.long.ts',
        seconds: 5,
        ...results,
        skipReasons: ['Java is missing'],
        figures: { RTO: '11 s' },
        counts: { kills: 3, faults: 4 },
      },
    ])
  })

  it('blame every file for an error outside of tests: nobody knows whose it is', () => {
    const file = join(folder, 'totals.json')
    vi.stubEnv(totalsFileVariable, file)
    new TotalsReporter().onTestRunEnd([moduleOf(testCase('a', { state: 'passed' }))], [new Error('a leak') as never])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ failed: 1, files: [{ passed: 1, failed: 1 }] })
  })

  it.each(['queued', 'pending', 'failed'] as const)(
    'count a file that is %s after its last test as failed',
    (state) => {
      const file = join(folder, 'totals.json')
      vi.stubEnv(totalsFileVariable, file)
      const module = { ...moduleOf(testCase('a', { state: 'passed' })), state: () => state }
      writeTotals([module as unknown as TestModule], [])
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ passed: 1, failed: 1, files: [{ failed: 1 }] })
    },
  )

  it('name each skipped test with its reason', () => {
    const { tests } = totals(testCase('deploys', { state: 'skipped', note: 'Java is missing' }))
    expect(formatSkipped([...tests, ...inner])).toBe(
      '\nSkipped: 2\n  MiniStack > deploys: Java is missing\n  MiniStack > a ticket > compensates: no mail sink',
    )
    expect(formatSkipped([])).toBe('\nSkipped: 0')
  })
})
