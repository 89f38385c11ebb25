import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { findMutant, mutants } from '../proof/mutants/all.ts'
import { filesOf } from '../proof/mutants/mutant.ts'
import { findScenario, findScenarioByMutant, scenarios } from '../scenarios/all.ts'
import { writeMutantSections } from '../scenarios/runner/pages/write-pages.ts'
import { formatMutantLine } from '../scenarios/runner/report/mutant-report.ts'
import { wrapText } from '../scenarios/runner/report/wrap-text.ts'
import { type MutantCase, type MutantResult, runMutants } from '../scenarios/runner/run-mutant.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { runProgram } from './program/run-program.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  scenario?: string
  json?: string
  docs?: true
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run mutants --')
  .description(
    'Builds each known mistake into the code, one stack per mutant, runs the scenario whose guard it takes away, and prints what caught it. Exit code 0 only when every mutant is caught.',
  )
  .argument('[mutant]', 'only this mutant, or a scenario’s own; "list" prints them all and what each does')
  .option('--scenario <name>', 'run this scenario instead; without a mutant, run it against its own')
  .option('--json <file>', 'write the results, or the list, as JSON')
  .addOption(new Option('--docs', 'write into docs/scenarios/*.md which invariants broke').conflicts('scenario'))
  .action((name: string | undefined, options: Options) => (name === 'list' ? list(options) : run(name, options)))

await runProgram(program)

function list({ json }: Options): void {
  const listed = mutants.map((mutant) => ({
    name: mutant.name,
    says: mutant.says,
    files: filesOf(mutant),
    scenario: scenarios.find((scenario) => scenario.mutant === mutant)?.name,
  }))
  if (json) writeJson(json, { mutants: listed })
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2
  for (const { name, says, scenario } of listed)
    console.log(wrapText(`${says} (${scenario ?? 'no scenario yet'})`, name.padEnd(width), ' '.repeat(width)))
}

async function run(name: string | undefined, { scenario, json, docs }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const cases = chooseCases(name, scenario)
  const progress = startProgress()
  const signal = abortOnSignal()
  try {
    const assemblyDir = await synthesizeApp(progress.step)
    const results = await runMutants(
      cases,
      { rootDir, assemblyDir },
      {
        signal,
        onStart: (next) => progress.step(`${next.mutant.name}: ${next.scenario.title}`),
        onResult: (result) => {
          progress.done()
          console.log(formatMutantLine(result))
        },
      },
    )
    const caught = results.filter(({ caughtBy }) => caughtBy.length > 0).length
    const ok = caught === results.length
    if (json) writeJson(json, { ok, mutants: results.map(toJson) })
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`\n${caught} of ${results.length} mutants were caught, in ${seconds} s`)
    if (!ok) process.exitCode = 1
    else if (docs) writeMutantSections(rootDir, scenarios, results)
  } finally {
    progress.done()
  }
}

/** Every scenario with its own mutant, or the one pair that was asked for. Throws on an unknown name. */
function chooseCases(name: string | undefined, scenarioName: string | undefined): MutantCase[] {
  const scenario = scenarioName === undefined ? undefined : findScenario(scenarioName)
  if (name === undefined)
    return (scenario ? [scenario] : scenarios).map((each) => ({ scenario: each, mutant: each.mutant }))
  const mutant = scenarios.find((each) => each.name === name)?.mutant ?? findMutant(name)
  return [{ mutant, scenario: scenario ?? findScenarioByMutant(mutant) }]
}

function toJson({ mutant, caughtBy, result }: MutantResult) {
  const { name, invariants, verdict, seconds } = result
  const caught = caughtBy.length > 0
  return { mutant, scenario: name, attacks: invariants, caught, caughtBy, broken: verdict.broken, seconds }
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}
