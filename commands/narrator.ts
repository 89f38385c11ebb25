import { once } from 'node:events'
import {
  formatOpening,
  formatStepEnd,
  formatStepStart,
  formatVerdict,
} from '../scenarios/runner/report/scenario-report.ts'
import type { RunOptions, ScenarioResult } from '../scenarios/runner/run-scenario.ts'
import type { Scenario } from '../scenarios/runner/scenario.ts'
import { highlighted } from './highlight.ts'
import { type Progress, startProgress } from './progress.ts'

/** Tells a scenario while it is played. */
export interface Narrator {
  opening(scenario: Scenario): void
  options: RunOptions
  verdict(played: ScenarioResult): void
}

/**
 * Says what is done before it is done, with a sign of life while it is, and what happened afterwards. `pause` waits for Enter before
 * each step and before the verdict, on a terminal only.
 */
export function narrator({
  pause,
  signal,
  progress = startProgress(),
}: {
  pause: boolean
  signal: AbortSignal
  progress?: Progress
}): Narrator {
  const say = (text: string) => console.log(highlighted(text))
  const isWaiting = pause && process.stdin.isTTY && process.stdout.isTTY
  const wait = async () => {
    if (isWaiting) await entered(signal)
  }
  return {
    opening: (scenario) => say(formatOpening(scenario)),
    options: {
      signal,
      async onBegin(words, number) {
        say(formatStepStart(words, number))
        await wait()
        progress.spin('under way')
      },
      onStep(step) {
        progress.done()
        say(formatStepEnd(step))
      },
      async onJudge() {
        await wait()
        progress.spin('judging everything that is stored')
      },
    },
    verdict(played) {
      progress.done()
      say(formatVerdict(played))
    },
  }
}

/** Resolves when Enter is pressed; rejects when it is stopped. */
async function entered(signal: AbortSignal): Promise<void> {
  process.stdout.write('   ⏎ ')
  process.stdin.resume()
  try {
    await once(process.stdin, 'data', { signal })
  } finally {
    process.stdin.pause()
  }
}
