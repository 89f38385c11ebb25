import { resolve } from 'node:path'
import { Command } from 'commander'
import { scenarios } from '../scenarios/all.ts'
import { writeScenarioPages } from '../scenarios/runner/pages/write-pages.ts'
import { formatVerdict, formatVerdictLine } from '../scenarios/runner/report/scenario-report.ts'
import { runScenario, type ScenarioResult } from '../scenarios/runner/run-scenario.ts'
import { abortOnSignal } from './abort-signal.ts'
import { highlighted } from './highlight.ts'
import { createNarrator } from './narrator.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { runProgram } from './run-program.ts'

interface Options {
  tell: boolean
  docs: boolean
  pause: boolean
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run demo --')
  .description('Starts a stack of its own with throw-away data, runs every scenario, and prints a verdict line each.')
  .option('--tell', 'tell every scenario step by step', false)
  .option('--pause', 'with --tell, wait for Enter before each step, on a terminal', false)
  .option('--docs', 'write docs/scenarios/*.md and the README’s table from what happened', false)
  .action(demo)

await runProgram(program)

async function demo({ tell, docs, pause }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const signal = abortOnSignal()
  const progress = startProgress()
  const narrator = tell ? createNarrator({ pause, signal, progress }) : undefined
  try {
    const stack = await startOwnStack({ onProgress: progress.step })
    const played: ScenarioResult[] = []
    try {
      for (const scenario of scenarios) {
        if (narrator) narrator.printOpening(scenario)
        else progress.spin(scenario.title)
        const one = await runScenario(scenario, stack, { ...(narrator?.options ?? { signal }), stack })
        progress.done()
        if (narrator) narrator.printVerdict(one)
        else
          console.log(
            highlighted(one.verdict.holds ? formatVerdictLine(one) : `${formatVerdict(one)}${formatVerdictLine(one)}`),
          )
        played.push(one)
      }
      if (tell) for (const one of played) console.log(highlighted(formatVerdictLine(one)))
      const held = played.filter(({ verdict }) => verdict.holds).length
      const seconds = Math.round((performance.now() - startedAtMs) / 1000)
      console.log(`\n${held} of ${played.length} scenarios hold, in ${seconds} s`)
      if (held < played.length) process.exitCode = 1
    } finally {
      await stack.stop()
    }
    if (docs) writeScenarioPages(rootDir, scenarios, played)
  } finally {
    progress.done()
  }
}
