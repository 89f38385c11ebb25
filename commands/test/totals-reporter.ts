import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'

export interface TestOutcome {
  suite: string
  name: string
  state: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  seconds: number
}

/** The outcome of every test of a run, how many passed and failed, and how long each file took, hooks included. */
export interface TestTotals {
  passed: number
  failed: number
  tests: TestOutcome[]
  files: { path: string; seconds: number }[]
}

declare module 'vitest' {
  interface TaskMeta {
    /** For a test that runs a command that runs tests itself: they count as tests of this run too. */
    inner?: TestOutcome[]
  }
}

/** The environment variable with the path of the file that gets the totals as JSON. */
export const totalsFileVariable = 'TEST_TOTALS_FILE'

/** Writes the totals of a vitest run. An error outside of tests counts as a failure: a file that can't be loaded, a hook that fails. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]).flatMap(outcomes)
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module))
    const totals: TestTotals = {
      passed: tests.filter(({ state }) => state === 'passed').length,
      failed: tests.filter(({ state }) => state === 'failed').length + brokenFiles.length + errors.length,
      tests,
      files: modules.map((module) => ({
        path: relative(process.cwd(), module.moduleId),
        seconds: module.diagnostic().duration / 1000,
      })),
    }
    writeFileSync(String(process.env[totalsFileVariable]), JSON.stringify(totals))
  }
}

function outcomes(test: TestCase): TestOutcome[] {
  const result = test.result()
  const outcome: TestOutcome = {
    suite: test.parent.type === 'suite' ? test.parent.fullName : '',
    name: test.name,
    // A run that is interrupted leaves some pending.
    state: result.state === 'pending' ? 'failed' : result.state,
    ...(result.state === 'skipped' && { reason: result.note ?? 'no reason given' }),
    seconds: Math.round(test.diagnostic()?.duration ?? 0) / 1000,
  }
  return [outcome, ...(test.meta().inner ?? [])]
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0
}
