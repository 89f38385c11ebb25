import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { RunWatch } from './run-watch.ts'
import { writeTotals } from './totals-reporter.ts'

const lookEveryMs = 30_000

/**
 * Says what still runs when no test has ended for minutes, and ends a run that stands still: a test that blocks its process can't be timed
 * out by vitest, which would wait for ever.
 */
export default class StallReporter implements Reporter {
  readonly #watch = new RunWatch(performance.now())
  #vitest: Vitest | undefined
  #timer: NodeJS.Timeout | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunStart(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref()
  }

  onTestModuleQueued({ moduleId }: TestModule): void {
    this.#watch.fileBegan(pathOf(moduleId), performance.now())
  }

  onTestCaseReady({ module, fullName }: TestCase): void {
    this.#watch.testBegan(pathOf(module.moduleId), fullName)
  }

  onTestCaseResult({ module, fullName }: TestCase): void {
    this.#watch.testEnded(pathOf(module.moduleId), fullName, performance.now())
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#watch.fileEnded(pathOf(moduleId), performance.now())
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const stall = this.#watch.look(performance.now())
    if (!stall) return
    console.error(stall.text)
    if (!stall.isOver) return
    writeTotals(this.#vitest?.state.getTestModules() ?? [], [])
    // Vitest kills the processes of a run whose own process has ended, also those that are blocked.
    process.exit(1)
  }
}

function pathOf(moduleId: string): string {
  return relative(process.cwd(), moduleId)
}
