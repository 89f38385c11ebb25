import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { scenarios } from '../scenarios/all.ts'
import { runAllMutants } from '../scenarios/runner/mutants/run-mutant.ts'
import { writeBroken } from '../scenarios/runner/pages/write-pages.ts'
import { caughtLine } from '../scenarios/runner/report/mutant-report.ts'
import type { Scenario } from '../scenarios/runner/scenario.ts'
import { abortOnSignal } from './abort-signal.ts'
import { synthesizeApp } from './app.ts'
import { startProgress } from './progress.ts'
import { runProgram } from './run-program.ts'

interface Options {
  json?: string
  docs: boolean
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run mutants --')
  .description(
    'Plants each known mutant in a test build, plays the scenario whose guard it takes away, and shows what caught it. Exit code 1 when one survives.',
  )
  .argument('[name]', 'one mutant, or the scenario that it is for')
  .option('--json <file>', 'write what happened as JSON')
  .option('--docs', 'write what broke into docs/scenarios/*.md and the README’s table', false)
  .action(mutants)

await runProgram(program)

async function mutants(name: string | undefined, { json, docs }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const chosen = name === undefined ? scenarios : [scenarioOfBug(name)]
  const progress = startProgress()
  const signal = abortOnSignal()
  try {
    const assemblyDir = await synthesizeApp(progress.step)
    const all = await runAllMutants(
      chosen,
      { rootDir, assemblyDir },
      {
        signal,
        onPlay: ({ title, mutant }) => progress.step(`${mutant.name}: ${title}`),
        onPlayed: (one) => {
          progress.done()
          console.log(caughtLine(one))
        },
      },
    )
    const caught = all.filter(({ broke }) => broke.length > 0).length
    if (json) writeFileSync(json, `${JSON.stringify({ ok: caught === all.length, mutants: all.map(told) }, null, 2)}\n`)
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`\n${caught} of ${all.length} mutants were caught, in ${seconds} s`)
    if (caught < all.length) process.exitCode = 1
    else if (docs) writeBroken(rootDir, scenarios, all)
  } finally {
    progress.done()
  }
}

function scenarioOfBug(name: string): Scenario {
  const found = scenarios.find((one) => one.mutant.name === name || one.name === name)
  if (!found) throw new Error(`there is no mutant ${name}: ${scenarios.map(({ mutant }) => mutant.name).join(', ')}`)
  return found
}

function told({ played, mutant, broke }: Awaited<ReturnType<typeof runAllMutants>>[0]) {
  const { name, invariants, verdict, seconds } = played
  return { mutant, scenario: name, attacks: invariants, broke, broken: verdict.broken, seconds }
}
