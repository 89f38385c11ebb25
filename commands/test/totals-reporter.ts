import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** How many tests passed and failed, and how long each file took, hooks included. */
export interface TestTotals {
  passed: number
  failed: number
  files: { path: string; seconds: number }[]
}

/** The environment variable with the path of the file that gets the totals as JSON. */
export const totalsFileVariable = 'TEST_TOTALS_FILE'

/** Writes the totals of a vitest run. An error outside of tests counts as a failure: a file that can't be loaded, a hook that fails. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const states = tests.map((test) => test.result().state)
    const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module))
    const totals: TestTotals = {
      passed: states.filter((state) => state === 'passed').length,
      failed: states.filter((state) => state === 'failed').length + brokenFiles.length + errors.length,
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
