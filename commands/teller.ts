import { once } from 'node:events'
import type { Played, PlayOptions } from '../scenarios/run-scenario.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { toldBegin, toldEnd, toldOpening, toldVerdict } from '../scenarios/told.ts'
import { highlighted } from './highlight.ts'
import { type Progress, startProgress } from './progress.ts'

/** Tells a walkthrough while it is played. */
export interface Teller {
  opening(scenario: Scenario): void
  options: PlayOptions
  verdict(played: Played): void
}

/**
 * Says what is done before it is done, with a sign of life while it is, and what happened afterwards. `pause` waits for Enter before
 * each step and before the verdict, on a terminal only.
 */
export function teller({
  pause,
  signal,
  progress = startProgress(),
}: {
  pause: boolean
  signal: AbortSignal
  progress?: Progress
}): Teller {
  const say = (text: string) => console.log(highlighted(text))
  const isWaiting = pause && process.stdin.isTTY && process.stdout.isTTY
  const wait = async () => {
    if (isWaiting) await entered(signal)
  }
  return {
    opening: (scenario) => say(toldOpening(scenario)),
    options: {
      signal,
      async onBegin(words, number) {
        say(toldBegin(words, number))
        await wait()
        progress.spin('under way')
      },
      onStep(step) {
        progress.done()
        say(toldEnd(step))
      },
      async onJudge() {
        await wait()
        progress.spin('judging everything that is stored')
      },
    },
    verdict(played) {
      progress.done()
      say(toldVerdict(played))
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
