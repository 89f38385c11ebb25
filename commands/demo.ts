import { resolve } from 'node:path'
import { Command } from 'commander'
import { findScenario, scenarios } from '../scenarios/all.ts'
import { writeScenarioPages } from '../scenarios/runner/pages/write-pages.ts'
import { formatVerdict, formatVerdictLine } from '../scenarios/runner/report/scenario-report.ts'
import { runScenario, type ScenarioResult } from '../scenarios/runner/run-scenario.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { runProgram } from './program/run-program.ts'
import { startTemporaryStack } from './stack/temporary-stack.ts'
import { highlighted } from './terminal/highlight.ts'
import { createNarrator } from './terminal/narrator.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  tell?: true
  docs?: true
  pause?: true
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run demo --')
  .description(
    'Starts a stack of its own with throw-away data, runs every scenario on it, and prints one verdict line each. Exits 1 when one does not hold.',
  )
  .argument('[scenario...]', 'only these')
  .option('--tell', 'print every scenario step by step')
  .option('--pause', 'with --tell, on a terminal: wait for Enter before each step')
  .option('--docs', 'write the pages in docs/scenarios from this run')
  .action(demo)

await runProgram(program)

async function demo(names: string[], { tell, docs, pause }: Options): Promise<void> {
  const chosen = names.length > 0 ? names.map(findScenario) : scenarios
  const startedAtMs = performance.now()
  const signal = abortOnSignal()
  const progress = startProgress()
  const narrator = tell ? createNarrator({ pause: pause === true, signal, progress }) : undefined
  const results: ScenarioResult[] = []
  try {
    const stack = await startTemporaryStack({ onProgress: progress.step })
    try {
      for (const scenario of chosen) {
        if (narrator) narrator.printOpening(scenario)
        else progress.spin(scenario.title)
        const result = await runScenario(scenario, stack, { ...(narrator?.options ?? { signal }), stack })
        results.push(result)
        progress.done()
        if (narrator) narrator.printVerdict(result)
        else printVerdictLine(result)
      }
    } finally {
      await stack.stop()
    }
  } finally {
    progress.done()
  }
  if (narrator) for (const result of results) console.log(highlighted(formatVerdictLine(result)))
  const held = results.filter(({ verdict }) => verdict.holds).length
  const seconds = Math.round((performance.now() - startedAtMs) / 1000)
  console.log(`\n${held} of ${results.length} scenarios hold, in ${seconds} s`)
  if (held < results.length) process.exitCode = 1
  if (docs) writeScenarioPages(rootDir, scenarios, results)
}

/** For a broken verdict, everything that is known about it comes first. */
function printVerdictLine(result: ScenarioResult): void {
  const line = formatVerdictLine(result)
  console.log(highlighted(result.verdict.holds ? line : `${formatVerdict(result)}${line}`))
}
