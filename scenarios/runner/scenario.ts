import type { Mutant } from '../../proof/mutants/mutant.ts'
import type { Target } from '../../proof/target.ts'
import type { ScenarioContext } from './context/context.ts'

/** What is known of a scenario before it runs. */
export interface About {
  /** What a presenter says it shows, in one sentence. */
  shows: string
  /** What keeps the promise: without it, `invariants` break. */
  guard: string
  /** Takes the guard away, in a test build: the same story must then end broken. */
  mutant: Mutant
  /** Numbers of docs/invariants.md that this attacks. */
  invariants: readonly number[]
  /** Where it can run: faults at the edge need the embedded stack, and what kills a whole stack needs one of its own. */
  targets: 'any' | 'embedded' | 'own'
}

/** A script one could act: it attacks one promise, tells what happens, and ends in a verdict from stored data. */
export interface Scenario extends About {
  /** As on the command line. */
  name: string
  title: string
  story(context: ScenarioContext): Promise<void>
}

export function scenario(name: string, title: string, about: About, story: Scenario['story']): Scenario {
  return { name, title, ...about, story }
}

/** Whether the target has what the scenario needs. */
export async function canRunOn({ targets }: Pick<Scenario, 'targets'>, { edgeUrl }: Target): Promise<boolean> {
  if (targets === 'any') return true
  if (!edgeUrl) return false
  const response = await fetch(`${edgeUrl}/_steadfast/faults`).catch(() => undefined)
  return response?.ok === true
}
