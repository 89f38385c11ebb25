import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** How many tests passed and failed, which could not run here and why, and how long each file took, hooks included. */
export interface TestTotals {
  passed: number
  failed: number
  skipped: { test: string; why: string }[]
  files: { path: string; seconds: number }[]
}

/** The environment variable with the path of the file that gets the totals as JSON. */
export const totalsFileVariable = 'TEST_TOTALS_FILE'

/** Writes the totals of a vitest run. An error outside of tests counts as a failure: a file that can't be loaded, a hook that fails. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const results = tests.map((test) => ({ test: test.fullName, ...test.result() }))
    const states = results.map(({ state }) => state)
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module))
    const totals: TestTotals = {
      passed: states.filter((state) => state === 'passed').length,
      failed: states.filter((state) => state === 'failed').length + brokenFiles.length + errors.length,
      skipped: results.flatMap((result) =>
        result.state === 'skipped' && result.note ? [{ test: result.test, why: result.note }] : [],
      ),
      files: modules.map((module) => ({
        path: relative(process.cwd(), module.moduleId),
        seconds: module.diagnostic().duration / 1000,
      })),
    }
    writeFileSync(String(process.env[totalsFileVariable]), JSON.stringify(totals))
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0
}
