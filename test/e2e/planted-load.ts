import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { endWithChaos, startChaosAt } from '../../commands/load/chaos.ts'
import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import { conversationSession } from '../../proof/load/plan.ts'
import { runLoad } from '../../proof/load/run-load.ts'
import type { Caller } from '../../proof/load/send.ts'
import { judgeRun } from '../../proof/load/verdict.ts'
import type { Mutant } from '../../proof/mutants/mutant.ts'
import { startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { testBuild } from '../../proof/mutants/test-build.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { conversations } from '../fixtures/conversations.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const copies = 3
/** With so few the part stays within its minute. */
const conversationCount = 12

/** What a load run under chaos found in a stack with a mutant. */
export interface PlantedLoad {
  /** What is wrong however long one waits for deliveries and sagas, in the words of the run's verdict. */
  foundBy: string[]
  requests: number
  reads: number
  faults: number
  seconds: number
}

/** Sends conversations in three copies, with reads beside them and the faults of this seed, to a stack of its own with this mutant. */
export async function loadWithMutant(
  mutant: Mutant,
  { assemblyDir, chaosSeed }: { assemblyDir: string; chaosSeed: number },
): Promise<PlantedLoad> {
  const dir = mkdtempSync(join(tmpdir(), `steadfast-${mutant.name}-`))
  const dataDir = join(dir, 'data')
  mkdirSync(dataDir)
  try {
    const build = await testBuild(mutant, { rootDir, assemblyDir, dir })
    const stack = await startMutantStack(build.assemblyDir, dataDir)
    try {
      return await loadUnderChaos(openTarget({ dataDir }), chaosSeed)
    } finally {
      await stack.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function loadUnderChaos(target: Target, chaosSeed: number): Promise<PlantedLoad> {
  const startedAtMs = performance.now()
  const tokenFor = ({ tenant, user, role }: Caller) => signToken(target.dataDir, { tenant, user, role })
  // Each has a tenant of its own: in a few reads of views, every answer without the write asked for must show.
  const sessions = conversations(conversationCount).map((conversation, index) =>
    conversationSession('run', { ...conversation, tenant: `shop-of-${index}` }, index),
  )
  const chaos = await startChaosAt(target, chaosSeed)
  chaos.at(0)
  const running = runLoad({ apiUrl: target.apiUrl, tokenFor }, sessions, {
    copies,
    arrivals: { concurrency: 8 },
    reads: { share: 0.3, seed: chaosSeed },
    onProgress: ({ requestsDone, requestsPlanned }) => chaos.at(requestsDone / requestsPlanned),
  })
  const { result: run, summary } = await endWithChaos(running, chaos, chaosSeed)
  const attempts = run.results.flatMap((result) => result.attempts)
  const { doubledEffects, differingAnswers, reads } = judgeRun(run, copies, await gatherAll(target, attempts), [], 0)
  const counts = {
    'doubled effects': doubledEffects,
    'differing answers': differingAnswers,
    'not linearizable': reads.notLinearizable.length,
    'view faults': reads.viewFaults.length,
  }
  return {
    foundBy: Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [name] : [])),
    requests: run.attempts,
    reads: run.reads.length,
    faults: summary.struck,
    seconds: Math.round((performance.now() - startedAtMs) / 1000),
  }
}

/** One line: what found the mutant, after how much. */
export function formatPlantedLoad(
  { name }: Mutant,
  { foundBy, requests, reads, faults, seconds }: PlantedLoad,
): string {
  const found = foundBy.length > 0 ? `found by ${foundBy.join(', ')}` : 'not found'
  return `${name}: ${found} after ${requests} requests, ${reads} reads and ${faults} faults, in ${seconds} s`
}
