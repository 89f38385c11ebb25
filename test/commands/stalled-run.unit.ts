import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { TestCase, TestModule, Vitest } from 'vitest/node'
import StallReporter from '../../commands/test/stall-reporter.ts'
import { totalsFileVariable } from '../../commands/test/totals-reporter.ts'

const minute = 60_000
const module = {
  moduleId: 'x.int.ts',
  state: () => 'pending',
  children: { allTests: () => [] },
  diagnostic: () => ({ duration: 0 }),
} as unknown as TestModule
const testCase = { module, fullName: 'a stack > starts' } as TestCase

describe('a test run', () => {
  let totalsFile: string
  let said: string[]
  let reporter: StallReporter
  let exited: (number | string | null | undefined)[]

  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'steadfast-stall-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    totalsFile = join(folder, 'totals.json')
    vi.stubEnv(totalsFileVariable, totalsFile)
    vi.useFakeTimers()
    said = []
    exited = []
    vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text))
    vi.spyOn(process, 'exit').mockImplementation((code) => exited.push(code) as never)
    reporter = new StallReporter()
    reporter.onInit({ state: { getTestModules: () => [module] } } as unknown as Vitest)
    reporter.onTestRunStart()
    reporter.onTestModuleQueued(module)
  })
  afterEach(() => {
    reporter.onTestRunEnd()
    vi.useRealTimers()
  })

  it('says every three minutes what still runs, while no test ends', () => {
    reporter.onTestCaseReady(testCase)
    vi.advanceTimersByTime(6 * minute)
    expect(said).toEqual(
      [3, 6].map((minutes) =>
        [
          `No test has ended for ${minutes} min. Still running:`,
          `  x.int.ts, for ${minutes} min: a stack > starts`,
        ].join('\n'),
      ),
    )
    reporter.onTestCaseResult(testCase)
    vi.advanceTimersByTime(2 * minute)
    expect(said).toHaveLength(2)
    vi.advanceTimersByTime(minute)
    expect(said[2]).toBe('No test has ended for 3 min. Still running:\n  x.int.ts, for 9 min')
  })

  it('says nothing while tests and files end', () => {
    for (let at = 0; at < 60; at += 2) {
      vi.advanceTimersByTime(2 * minute)
      reporter.onTestModuleEnd(module)
      reporter.onTestModuleQueued(module)
    }
    expect(said).toEqual([])
  })

  it('that stands still for 20 minutes ends as failed, with totals', () => {
    vi.advanceTimersByTime(20 * minute - 1)
    expect(exited).toEqual([])
    expect(existsSync(totalsFile)).toBe(false)
    vi.advanceTimersByTime(1)
    expect(exited).toEqual([1])
    expect(said.at(-1)).toMatch(
      /^No test has ended for 20 min\. The run is ended as failed\. Still running:\n {2}x\.int\.ts/,
    )
    expect(JSON.parse(readFileSync(totalsFile, 'utf8'))).toMatchObject({ passed: 0, failed: 1 })
  })
})
