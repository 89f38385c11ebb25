import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { findScenario, scenarios } from '../scenarios/all.ts'
import { liveTicket } from '../scenarios/one-ticket/ticket-life.ts'
import { shapeOf, ticketPage, ticketPagePath } from '../scenarios/one-ticket/ticket-page.ts'
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
  oneTicket?: true
  check?: true
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
  .option('--one-ticket', `instead, follow one ticket through its whole life, and write ${ticketPagePath}`)
  .option('--check', 'with --one-ticket: write nothing, and exit 1 when the page has another shape than this run')
  .action(demo)

await runProgram(program)

async function demo(names: string[], { tell, docs, pause, oneTicket, check }: Options): Promise<void> {
  if (oneTicket) return followTicket(check === true)
  const chosen = names.length > 0 ? names.map(findScenario) : scenarios
  const startedAtMs = performance.now()
  const signal = abortOnSignal()
  const progress = startProgress()
  const narrator = tell ? createNarrator({ pause: pause === true, signal, progress }) : undefined
  const results: ScenarioResult[] = []
  try {
    const stack = await startTemporaryStack({ onProgress: progress.step, signal })
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

/** Leads a ticket through its life on a stack of its own, and writes what it left behind, or compares the shape of that with the page. */
async function followTicket(check: boolean): Promise<void> {
  const signal = abortOnSignal()
  const progress = startProgress()
  try {
    const stack = await startTemporaryStack({ onProgress: progress.step, signal })
    try {
      const page = ticketPage(await liveTicket(stack, signal))
      progress.done()
      const path = join(rootDir, ticketPagePath)
      if (!check) {
        writeFileSync(path, page)
        console.log(`wrote ${ticketPagePath}`)
      } else if (shapeOf(readFileSync(path, 'utf8')) === shapeOf(page)) {
        console.log(`${ticketPagePath} has the shape of this run`)
      } else {
        console.log(`${ticketPagePath} has another shape than this run: npm run demo -- --one-ticket writes it`)
        process.exitCode = 1
      }
    } finally {
      await stack.stop()
    }
  } finally {
    progress.done()
  }
}

/** Prints the verdict; a broken one comes after everything that is known about it. */
function printVerdictLine(result: ScenarioResult): void {
  const line = formatVerdictLine(result)
  console.log(highlighted(result.verdict.holds ? line : `${formatVerdict(result)}${line}`))
}
