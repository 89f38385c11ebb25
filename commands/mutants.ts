import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { findMutant, mutants } from '../proof/mutants/all.ts'
import { filesOf } from '../proof/mutants/mutant.ts'
import { findScenario, findScenarioByMutant, ownCases, scenarios } from '../scenarios/all.ts'
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
}

const rootDir = resolve(import.meta.dirname, '..')

const program = new Command('npm run mutants --')
  .description(
    'Builds each known mistake into the code, one stack per mutant, runs the scenario whose guard it takes away, and prints what caught it. Exit code 0 only when every mutant is caught.',
  )
  .argument('[mutant...]', 'only these mutants, or those of these scenarios; "list" prints them all and what each does')
  .option('--scenario <name>', 'run this scenario instead; without a mutant, run it against its own')
  .option('--json <file>', 'write the results, or the list, as JSON')
  .action((names: string[], options: Options) => (names[0] === 'list' ? list(options) : run(names, options)))

await runProgram(program)

function list({ json }: Options): void {
  const listed = mutants.map((mutant) => ({
    name: mutant.name,
    says: mutant.says,
    files: filesOf(mutant),
    scenario: ownCases().find((own) => own.mutant === mutant)?.scenario.name,
  }))
  if (json) writeJson(json, { mutants: listed })
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2
  for (const { name, says, scenario } of listed)
    console.log(wrapText(`${says} (${scenario ?? 'no scenario yet'})`, name.padEnd(width), ' '.repeat(width)))
}

async function run(names: readonly string[], { scenario, json }: Options): Promise<void> {
  const startedAtMs = performance.now()
  const cases = chooseCases(names, scenario)
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
    const caught = results.filter(({ isCaught }) => isCaught).length
    const ok = caught === results.length
    if (json) writeJson(json, { ok, mutants: results.map(toJson) })
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    console.log(`\n${caught} of ${results.length} mutants were caught, in ${seconds} s`)
    if (!ok) process.exitCode = 1
  } finally {
    progress.done()
  }
}

/** Every scenario with its own mutants, or what was asked for. Throws on an unknown name. */
function chooseCases(names: readonly string[], scenarioName: string | undefined): MutantCase[] {
  const scenario = scenarioName === undefined ? undefined : findScenario(scenarioName)
  if (names.length === 0) return ownCases(scenario ? [scenario] : scenarios)
  return names.flatMap((name) => {
    const ofScenario = scenarios.find((each) => each.name === name)?.mutants.map(({ mutant }) => mutant)
    const chosen = ofScenario ?? [findMutant(name)]
    return chosen.map((mutant) => ({ mutant, scenario: scenario ?? findScenarioByMutant(mutant) }))
  })
}

function toJson({ mutant, isCaught, caughtBy, missed, result }: MutantResult) {
  const { name, verdict, seconds } = result
  const { broken, brokenInvariants } = verdict
  return { mutant, scenario: name, caught: isCaught, caughtBy, missed, brokenInvariants, broken, seconds }
}

function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}
