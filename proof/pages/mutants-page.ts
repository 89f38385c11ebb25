import { killingChecks, type ScenarioKill } from '../mutants/killing-checks.ts'
import { loadMutants } from '../mutants/load-mutants.ts'
import { type PlantedMutant, plantedMutants } from '../mutants/planted.ts'
import type { Kills, MutantRecord, MutantRun } from '../mutants/record.ts'
import type { Page } from './pages.ts'
import { generatedNotice, table } from './table.ts'

/**
 * Every mutant, what kills it, and whether more than one check would notice it. Scenarios say themselves what
 * they find, by the mutant's name.
 */
export function mutantsPage({ runs, mutants }: MutantRecord, inScenarios: ReadonlyMap<string, ScenarioKill>): Page {
  const rows = plantedMutants.map((planted): Row => {
    const { name } = planted.mutant
    return { ...planted, inScenario: inScenarios.get(name), kills: mutants[name] ?? {} }
  })
  const checksOf = ({ mutant, inScenario, kills }: Row) => killingChecks(mutant.name, inScenario, kills)
  const ofUnitTests = (cell: string) => (runs['unit-tests'] ? [cell] : [])
  const single = rows.filter((row) => checksOf(row).length === 1)
  const survivors = rows.filter((row) => checksOf(row).length === 0)
  const text = `${generatedNotice}

# Mutants, and what kills them

Each of these ${rows.length} mistakes is planted in the code and tried against whatever could notice it. \`npm run mutants\` repeats it, \`-- list\` says where
each is planted, and \`-- --record\` writes this page's figures anew ([how](recipes/plant-a-mutant.md)).

${table(
  ['tried against', 'how', 'last recorded run'],
  [
    [
      '[scenarios](scenarios/README.md)',
      '`npm run mutants -- --against scenarios`: the scenario of each, on a whole stack; the [invariants](invariants.md) that must be broken in the end',
      'each `npm run test:long -- mutants` tests one of each scenario, with `--all` every one',
    ],
    [
      '[simulation](simulation.md)',
      '`npm run mutants -- --against simulation`: schedules from seed 1 on until an invariant is broken, and the faults without which it is not',
      runOf(runs.simulation),
    ],
    [
      'unit tests',
      '`npm run mutants -- --against unit-tests`: those of rules and promises that load what it changes, nearest first, until three have failed',
      runOf(runs['unit-tests']),
    ],
    ['load', '`npm run test:long -- planted-load`: a load run under chaos', 'each run of that part tests it'],
  ],
)}

${verdict(survivors.map(nameOf), 'without a recorded kill')}${verdict(
  single.map((row) => `${nameOf(row)} (${checksOf(row)[0]})`),
  'killed by one check only, marked **1**',
)}

${runs['unit-tests'] ? '' : 'Unit tests have not been tried yet, so there may be more checks. '}A dash means that a mutant is not planted there: its scenario's guard is not simulated, it needs an order of steps that no scenario
leads to, or a load run does not judge what it breaks. A plus means that there may be more checks, as not all unit tests ran.

${table(
  [
    'mutant',
    'what it does wrong',
    'scenario: invariants',
    'simulation',
    ...ofUnitTests('unit tests'),
    'load',
    'checks',
  ],
  rows.map((row) => {
    const checks = checksOf(row).length
    return [
      row.mutant.name,
      row.mutant.description,
      row.inScenario ? `${row.inScenario.scenario}: ${row.inScenario.breaks.join(', ')}` : '–',
      inSimulation(row),
      ...ofUnitTests(inUnitTests(row.kills)),
      loadMutants.find(({ mutant }) => mutant.name === row.mutant.name)?.foundBy ?? '–',
      `${checks < 2 ? `**${checks}**` : checks}${ranAll(row.kills) ? '' : '+'}`,
    ]
  }),
)}
`
  return { path: 'docs/mutants.md', text }
}

/** A survivor, or a mutant that has not been tried yet. */
const noKill = 'no kill recorded'

interface Row extends PlantedMutant {
  inScenario: ScenarioKill | undefined
  kills: Kills
}

function nameOf({ mutant: { name } }: Row): string {
  return name
}

function runOf(run: MutantRun | undefined): string {
  return run ? `${run.ranOn}, ${run.machine}` : 'none'
}

function verdict(names: readonly string[], how: string): string {
  return names.length === 0 ? `None ${how}. ` : `${names.length} ${how}: ${names.join(', ')}. `
}

function inSimulation({ against, kills: { simulation } }: Row): string {
  if (!against.has('simulation')) return '–'
  if (!simulation) return noKill
  const { schedules, invariant, faults } = simulation
  const needed = faults.length === 0 ? 'no fault' : faults.join(' + ')
  return `invariant ${invariant} after ${schedules} schedule${schedules === 1 ? '' : 's'}, with ${needed}`
}

function ranAll({ 'unit-tests': unitTests }: Kills): boolean {
  return !unitTests || unitTests.ran === 'all'
}

function inUnitTests({ 'unit-tests': unitTests }: Kills): string {
  if (!unitTests) return 'not tried'
  const { failed, ran } = unitTests
  const files = Object.entries(failed).toSorted(([, a], [, b]) => b.length - a.length)
  const [[file] = ['']] = files
  if (files.length === 0) return ran === 'all' ? 'none fails' : 'none failed in time'
  const tests = files.reduce((sum, [, names]) => sum + names.length, 0)
  const orMore = ran === 'all' ? '' : ' or more'
  const others = files.length === 1 ? '' : ` and ${files.length - 1} more`
  return `${tests}${orMore} in [${file.replace(/^test\/|\.unit\.ts$/g, '')}](../${file})${others}`
}
