import { once } from 'node:events'
import {
  formatOpening,
  formatStepEnd,
  formatStepStart,
  formatVerdict,
} from '../../scenarios/runner/report/scenario-report.ts'
import type { RunOptions, ScenarioResult } from '../../scenarios/runner/run-scenario.ts'
import type { Scenario } from '../../scenarios/runner/scenario.ts'
import { highlighted } from './highlight.ts'
import { type ProgressDisplay, startProgress } from './progress.ts'

/** Prints a scenario while it runs. */
export interface Narrator {
  printOpening(scenario: Scenario): void
  /** Options of `runScenario` that print each step. */
  options: RunOptions
  printVerdict(result: ScenarioResult): void
}

export interface NarratorOptions {
  /** Whether to wait for Enter before each step and before the verdict, on a terminal. */
  pause: boolean
  signal: AbortSignal
  progress?: ProgressDisplay
  /**
   * What the code lacks. Without its guard a step shows nothing, so only its consequence is printed (`without`); with some other mutant
   * neither text is known to be true. By default the code is complete.
   */
  codeLacks?: 'nothing' | 'the guard' | 'something else'
}

/** Prints what a step does before it runs, and what happened after it. */
export function createNarrator({
  pause,
  signal,
  progress = startProgress(),
  codeLacks = 'nothing',
}: NarratorOptions): Narrator {
  const print = (text: string) => console.log(highlighted(text))
  const isPausing = pause && process.stdin.isTTY && process.stdout.isTTY
  const pauseIfAsked = async () => {
    if (isPausing) await enterPressed(signal)
  }
  return {
    printOpening: (scenario) => print(formatOpening(scenario)),
    options: {
      signal,
      async onStepStart(description, number) {
        print(formatStepStart(description, number))
        await pauseIfAsked()
        progress.spin('running')
      },
      onStepEnd({ shows, without, ...step }) {
        progress.done()
        const texts = {
          ...(shows && codeLacks === 'nothing' && { shows }),
          ...(without && codeLacks !== 'something else' && { without }),
        }
        print(formatStepEnd({ ...step, ...texts }))
      },
      async onCheck() {
        await pauseIfAsked()
        progress.spin('checking everything that is stored')
      },
    },
    printVerdict(result) {
      progress.done()
      print(formatVerdict(result))
    },
  }
}

/** Resolves when Enter is pressed; rejects when the signal aborts. */
async function enterPressed(signal: AbortSignal): Promise<void> {
  process.stdout.write('   ⏎ ')
  process.stdin.resume()
  try {
    await once(process.stdin, 'data', { signal })
  } finally {
    process.stdin.pause()
  }
}
