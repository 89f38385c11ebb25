import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import type { ProvenFile } from '../../proof/readiness/proof-run.ts'

export interface TestOutcome {
  suite: string
  name: string
  state: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  reason?: string
  seconds: number
}

/** The outcome of every test of a run, how many passed and failed, and what each file came to; its time includes hooks. */
export interface TestTotals {
  passed: number
  failed: number
  tests: TestOutcome[]
  files: ProvenFile[]
}

declare module 'vitest' {
  interface TaskMeta {
    /** The tests of a command that a test runs: they count as tests of this run too. */
    inner?: TestOutcome[]
    /** What the test has measured, with units, for the readiness sheet. */
    figures?: Record<string, string>
    /** How often the test has done or seen what it is about; summed over the tests of a file. */
    counts?: Record<string, number>
  }
}

/** The environment variable with the path of the file that gets the totals as JSON. */
export const totalsFileVariable = 'TEST_TOTALS_FILE'

/** Writes the totals of a vitest run. An error outside of tests counts as a failure: a file that can't be loaded, a hook that fails. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    writeTotals(modules, errors)
  }
}

/** Writes the totals of a run to the file that the environment names. What has not ended counts as a failure. */
export function writeTotals(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
  const tests = modules.flatMap(testsOf)
  const brokenFiles = modules.filter(isBroken)
  const totals: TestTotals = {
    passed: tests.filter(({ state }) => state === 'passed').length,
    failed: tests.filter(({ state }) => state === 'failed').length + brokenFiles.length + errors.length,
    tests,
    files: modules.map((module) => provenFile(module, errors.length)),
  }
  writeFileSync(String(process.env[totalsFileVariable]), JSON.stringify(totals))
}

/** An error outside of tests can't be told to a file, so every file of the run has it as a failure. */
function provenFile(module: TestModule, errors: number): ProvenFile {
  const tests = testsOf(module)
  const countOf = (state: TestOutcome['state']) => tests.filter((test) => test.state === state).length
  return {
    path: relative(process.cwd(), module.moduleId),
    seconds: module.diagnostic().duration / 1000,
    passed: countOf('passed'),
    failed: countOf('failed') + (isBroken(module) ? 1 : 0) + errors,
    skipped: countOf('skipped'),
    skipReasons: [...new Set(tests.flatMap(({ reason }) => reason ?? []))],
    figures: Object.assign({}, ...[...module.children.allTests()].map((test) => test.meta().figures)),
    counts: summed([...module.children.allTests()].map((test) => test.meta().counts ?? {})),
  }
}

function summed(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const [what, times] of counts.flatMap(Object.entries<number>)) sums[what] = (sums[what] ?? 0) + times
  return sums
}

function testsOf(module: TestModule): TestOutcome[] {
  return [...module.children.allTests()].flatMap(outcomes)
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

/** A file that can't be loaded or has not ended, or a hook of it that fails. */
function isBroken(module: TestModule): boolean {
  const hasFailure = [...module.children.allTests('failed'), ...module.children.allTests('pending')].length > 0
  return !hasFailure && !['passed', 'skipped'].includes(module.state())
}
