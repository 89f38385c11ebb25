import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { scenarios } from '../scenarios/all.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { caughtLine } from '../scenarios/told-without-guard.ts'
import { playAllWithoutGuard } from '../scenarios/without-guard.ts'
import { writeBroken } from '../scenarios/write-pages.ts'
import { synthesizeApp } from './app.ts'
import { startProgress } from './progress.ts'
import { runCommand } from './run-command.ts'
import { stopAsked } from './stop-asked.ts'

interface Options {
  json?: string
  docs: boolean
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run mutants --')
  .description(
    'Plants each known bug in a test build, plays the walkthrough whose guard it takes away, and shows what caught it. Exit code 1 when one survives.',
  )
  .argument('[name]', 'one bug, or the walkthrough that it is for')
  .option('--json <file>', 'write what happened as JSON')
  .option('--docs', 'write what broke into docs/walkthroughs/*.md and the README’s table', false)
  .action(mutants)

await runCommand(program)

async function mutants(name: string | undefined, { json, docs }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const chosen = name === undefined ? scenarios : [scenarioOfBug(name)]
  const progress = startProgress()
  const signal = stopAsked()
  try {
    const assemblyDir = await synthesizeApp(progress.step)
    const all = await playAllWithoutGuard(
      chosen,
      { rootDir, assemblyDir },
      {
        signal,
        onPlay: ({ title, withoutGuard }) => progress.step(`${withoutGuard.name}: ${title}`),
        onPlayed: (one) => {
          progress.done()
          console.log(caughtLine(one))
        },
      },
    )
    const caught = all.filter(({ broke }) => broke.length > 0).length
    if (json) writeFileSync(json, `${JSON.stringify({ ok: caught === all.length, mutants: all.map(told) }, null, 2)}\n`)
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`\n${caught} of ${all.length} bugs were caught, in ${seconds} s`)
    if (caught < all.length) process.exitCode = 1
    else if (docs) writeBroken(rootDir, scenarios, all)
  } finally {
    progress.done()
  }
}

function scenarioOfBug(name: string): Scenario {
  const found = scenarios.find((one) => one.withoutGuard.name === name || one.name === name)
  if (!found)
    throw new Error(`there is no bug ${name}: ${scenarios.map(({ withoutGuard }) => withoutGuard.name).join(', ')}`)
  return found
}

function told({ played, bug, broke }: Awaited<ReturnType<typeof playAllWithoutGuard>>[0]) {
  const { name, invariants, verdict, seconds } = played
  return { bug, walkthrough: name, attacks: invariants, broke, broken: verdict.broken, seconds }
}
