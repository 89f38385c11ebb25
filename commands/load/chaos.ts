import { type Chaos, type ChaosSummary, startChaos, summarizeChaos } from '../../proof/load/chaos.ts'
import { chaosPlan } from '../../proof/load/chaos-plan.ts'
import type { LoadRun } from '../../proof/load/run-load.ts'
import type { Target } from '../../proof/target.ts'
import { faultClientAt } from '../../scenarios/runner/context/fault-client.ts'
import { canRunOn } from '../../scenarios/runner/scenario.ts'

/** Plans the faults of this seed. Throws when the target has no edge that can inject them. */
export async function startChaosAt(target: Target, seed: number): Promise<Chaos> {
  if (!target.edgeUrl || !(await canRunOn({ targets: 'embedded' }, target)))
    throw new Error('--chaos injects faults at the edge, which only the embedded stack can: run it against npm start')
  return startChaos(chaosPlan(seed), faultClientAt(target.edgeUrl))
}

/** Waits for the run, and removes every fault however it ends. */
export async function endWithChaos(
  run: Promise<LoadRun>,
  chaos: Chaos,
  seed: number,
): Promise<{ result: LoadRun; summary: ChaosSummary }> {
  const result = await run.finally(() => chaos.end())
  return { result, summary: summarizeChaos(seed, await chaos.end()) }
}
