import { fetchWhole } from '../../proof/fetch-whole.ts'
import type { Mutant } from '../../proof/mutants/mutant.ts'
import type { Target } from '../../proof/target.ts'
import type { ScenarioContext } from './context/scenario-context.ts'

/** What is known of a scenario before it runs. */
export interface ScenarioDescription {
  /** What it shows, in one sentence for a presenter. */
  shows: string
  /** What keeps the promise: without it, at least one of `invariants` breaks. */
  guard: string
  /** Takes the guard away in a test build; the same story must then end broken. */
  mutant: Mutant
  /** The invariants that the scenario attacks, by their numbers in docs/invariants.md. */
  invariants: readonly number[]
  /** Where it can run: `embedded` needs fault rules at the edge, `own` kills its stack and therefore starts one for itself. */
  targets: 'any' | 'embedded' | 'own'
}

/** A script that attacks one promise step by step. Its verdict is judged from stored data. */
export interface Scenario extends ScenarioDescription {
  /** Its name on the command line. */
  name: string
  title: string
  story(context: ScenarioContext): Promise<void>
}

export function scenario(
  name: string,
  title: string,
  description: ScenarioDescription,
  story: Scenario['story'],
): Scenario {
  return { name, title, ...description, story }
}

/** Whether the target can inject the faults that the scenario needs. */
export async function canRunOn({ targets }: Pick<Scenario, 'targets'>, { edgeUrl }: Target): Promise<boolean> {
  if (targets === 'any') return true
  if (!edgeUrl) return false
  const response = await fetchWhole(`${edgeUrl}/_steadfast/faults`).catch(() => undefined)
  return response?.ok === true
}
