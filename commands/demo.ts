import { resolve } from 'node:path'
import { Command } from 'commander'
import { scenarios } from '../scenarios/all.ts'
import { type Played, play } from '../scenarios/run-scenario.ts'
import { toldVerdict, verdictLine } from '../scenarios/told.ts'
import { writePages } from '../scenarios/write-pages.ts'
import { highlighted } from './highlight.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import { stopAsked } from './stop-asked.ts'
import { teller as createTeller } from './teller.ts'

interface Options {
  tell: boolean
  docs: boolean
  pause: boolean
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run demo --')
  .description(
    'Starts a stack of its own with throw-away data, runs every walkthrough, and prints a verdict line each.',
  )
  .option('--tell', 'tell every walkthrough step by step', false)
  .option('--pause', 'with --tell, wait for Enter before each step, on a terminal', false)
  .option('--docs', 'write docs/walkthroughs/*.md and the README’s table from what happened', false)
  .action(demo)

await runCommand(program)

async function demo({ tell, docs, pause }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const signal = stopAsked()
  const progress = startProgress()
  const teller = tell ? createTeller({ pause, signal, progress }) : undefined
  try {
    const stack = await startOwnStack({ onStep: progress.step })
    const played: Played[] = []
    try {
      for (const scenario of scenarios) {
        if (teller) teller.opening(scenario)
        else progress.spin(scenario.title)
        const one = await play(scenario, stack, { ...(teller?.options ?? { signal }), keeper: stack })
        progress.done()
        if (teller) teller.verdict(one)
        else console.log(highlighted(one.verdict.holds ? verdictLine(one) : `${toldVerdict(one)}${verdictLine(one)}`))
        played.push(one)
      }
      if (tell) for (const one of played) console.log(highlighted(verdictLine(one)))
      const held = played.filter(({ verdict }) => verdict.holds).length
      const seconds = Math.round((performance.now() - startedAtMs) / 1000)
      console.log(`\n${held} of ${played.length} walkthroughs hold, in ${seconds} s`)
      if (held < played.length) process.exitCode = 1
    } finally {
      await stack.stop()
    }
    if (docs) writePages(rootDir, scenarios, played)
  } finally {
    progress.done()
  }
}
