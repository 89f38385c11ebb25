import { fetchWhole } from '../../proof/fetch-whole.ts'
import type { Mutant } from '../../proof/mutants/mutant.ts'
import type { Target } from '../../proof/target.ts'
import type { ScenarioContext } from './context/scenario-context.ts'

/** A mutant that takes away the guard of a scenario, or a part of it. */
export interface PlantedMutant {
  mutant: Mutant
  /** The invariants that the scenario's story must then break, by their numbers in docs/invariants.md; at least these. */
  breaks: readonly number[]
}

/** What is known of a scenario before it runs. */
export interface ScenarioDescription {
  /** What it shows, in one sentence for a presenter. */
  shows: string
  /** What keeps the promise: without it, `invariants` break. */
  guard: string
  /** The mistakes that the scenario catches. */
  mutants: readonly PlantedMutant[]
  /** Where it can run: `embedded` needs fault rules at the edge, `own` kills its stack and therefore starts one for itself. */
  targets: 'any' | 'embedded' | 'own'
}

/** A script that attacks one promise step by step. Its verdict is judged from stored data. */
export interface Scenario extends ScenarioDescription {
  /** Its name on the command line. */
  name: string
  title: string
  /** The invariants that it attacks: those that its mutants break. All others are checked too. */
  invariants: readonly number[]
  story(context: ScenarioContext): Promise<void>
}

export function scenario(
  name: string,
  title: string,
  description: ScenarioDescription,
  story: Scenario['story'],
): Scenario {
  const broken = new Set(description.mutants.flatMap(({ breaks }) => breaks))
  return { name, title, ...description, invariants: [...broken].toSorted((a, b) => a - b), story }
}

/** Whether the target can inject the faults that the scenario needs. */
export async function canRunOn({ targets }: Pick<Scenario, 'targets'>, { edgeUrl }: Target): Promise<boolean> {
  if (targets === 'any') return true
  if (!edgeUrl) return false
  const response = await fetchWhole(`${edgeUrl}/_steadfast/faults`).catch(() => undefined)
  return response?.ok === true
}
