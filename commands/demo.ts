import { resolve } from 'node:path'
import { Command } from 'commander'
import { scenarios } from '../scenarios/all.ts'
import { writePages } from '../scenarios/page.ts'
import { type Played, play } from '../scenarios/run-scenario.ts'
import { toldOpening, toldStep, toldVerdict, verdictLine } from '../scenarios/told.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'

interface Options {
  tell: boolean
  docs: boolean
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run demo --')
  .description(
    'Starts a stack of its own with throw-away data, runs every walkthrough, and prints a verdict line each.',
  )
  .option('--tell', 'tell every walkthrough step by step', false)
  .option('--docs', 'write docs/walkthroughs/*.md and the README’s table from what happened', false)
  .action(demo)

await runCommand(program)

async function demo({ tell, docs }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const stopAsked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopAsked.abort())
  const progress = startProgress()
  try {
    const stack = await startOwnStack({ onStep: progress.step })
    try {
      const played: Played[] = []
      for (const scenario of scenarios) {
        if (stopAsked.signal.aborted) throw new Error('stopped')
        progress.step(scenario.title)
        if (tell) console.log(toldOpening(scenario))
        const onStep: typeof toldStep = (...step) => {
          const told = toldStep(...step)
          if (tell) console.log(told)
          return told
        }
        const one = await play(scenario, stack, { onStep, keeper: stack })
        progress.done()
        if (tell || !one.verdict.holds) console.log(toldVerdict(one))
        console.log(verdictLine(one))
        played.push(one)
      }
      if (docs) writePages(rootDir, played)
      const held = played.filter(({ verdict }) => verdict.holds).length
      const seconds = Math.round((performance.now() - startedAtMs) / 1000)
      console.log(`\n${held} of ${played.length} walkthroughs hold, in ${seconds} s`)
      if (held < played.length) process.exitCode = 1
    } finally {
      await stack.stop()
    }
  } finally {
    progress.done()
  }
}
