import { loadMutants } from './load-mutants.ts'
import type { Kills } from './record.ts'

/** The scenario whose guard a mutant takes away, and the invariants that are broken there. */
export interface ScenarioKill {
  scenario: string
  breaks: readonly number[]
}

/** Each check that kills the mutant, in words: if there is only one, nothing else would notice its loss. */
export function killingChecks(mutant: string, inScenario: ScenarioKill | undefined, kills: Kills): string[] {
  const { simulation, 'unit-tests': unitTests } = kills
  return [
    ...(inScenario?.breaks.map((number) => `invariant ${number} in ${inScenario.scenario}`) ?? []),
    ...(simulation ? [`invariant ${simulation.invariant} in the simulation`] : []),
    ...Object.entries(unitTests?.failed ?? {}).flatMap(([file, tests]) => tests.map((test) => `"${test}" in ${file}`)),
    ...loadMutants.filter((each) => each.mutant.name === mutant).map(({ foundBy }) => `${foundBy} under load`),
  ]
}
