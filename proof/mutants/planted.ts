import { simulatedMutants } from '../simulate/mutants.ts'
import { mutants } from './all.ts'
import { loadMutants } from './load-mutants.ts'
import type { Mutant } from './mutant.ts'

/** What mutants are tried against. */
export const opponents = ['scenarios', 'simulation', 'unit-tests', 'load'] as const
export type Opponent = (typeof opponents)[number]

/** A mutant, and what it is tried against. */
export interface PlantedMutant {
  mutant: Mutant
  /** Unit tests are tried against all of them. */
  against: ReadonlySet<Opponent>
}

/** The environment variable that names the mutant for `vitest.mutant.config.ts`. */
export const plantedMutantVariable = 'STEADFAST_MUTANT'

/** Every mutant that is planted somewhere, each once: as in its scenario, where the simulation needs less of it. */
export const plantedMutants: readonly PlantedMutant[] = planted([
  ...mutants.map((mutant) => ({ mutant, opponent: 'scenarios' as const })),
  ...simulatedMutants.map((mutant) => ({ mutant, opponent: 'simulation' as const })),
  ...loadMutants.map(({ mutant }) => ({ mutant, opponent: 'load' as const })),
])

/** Throws when there is none of that name, naming those that exist. */
export function findPlantedMutant(name: string): PlantedMutant {
  const found = plantedMutants.find(({ mutant }) => mutant.name === name)
  if (found) return found
  const names = plantedMutants.map(({ mutant }) => mutant.name).join(', ')
  throw new Error(`there is no mutant ${name}: it must be one of ${names}`)
}

function planted(plantings: readonly { mutant: Mutant; opponent: Opponent }[]): PlantedMutant[] {
  const byName = new Map<string, { mutant: Mutant; against: Set<Opponent> }>()
  for (const { mutant, opponent } of plantings) {
    const known = byName.get(mutant.name)
    if (known) known.against.add(opponent)
    else byName.set(mutant.name, { mutant, against: new Set<Opponent>(['unit-tests', opponent]) })
  }
  return [...byName.values()]
}
