import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What a run of unit tests tells the process that started it: each failed test as it fails, and that all have run, with their number. */
export type FromUnitTests = { failed: { file: string; test: string } } | { tests: number }

/** Sends what fails at once, so that a run which never ends is known by what it has found. */
export class FailedTestsReporter implements Reporter {
  readonly #rootDir: string

  constructor(rootDir: string) {
    this.#rootDir = rootDir
    // Who started the run is gone.
    process.once('disconnect', () => process.exit(1))
  }

  onTestCaseResult(test: TestCase): void {
    if (test.result().state === 'failed') this.#tellFailed(test.module, test.fullName)
  }

  onTestModuleEnd(module: TestModule): void {
    if (module.errors().length > 0) this.#tellFailed(module, 'the file itself')
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) this.#tellFailed(module, suite.fullName)
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    send({ tests: modules.reduce((sum, { children }) => sum + [...children.allTests()].length, 0) })
  }

  #tellFailed({ moduleId }: TestModule, test: string): void {
    send({ failed: { file: relative(this.#rootDir, moduleId).replaceAll('\\', '/'), test } })
  }
}

function send(message: FromUnitTests): void {
  process.send?.(message)
}
