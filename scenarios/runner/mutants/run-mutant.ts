import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testBuild } from '../../../proof/mutants/test-build.ts'
import { startTestStack } from '../../../proof/mutants/test-stack.ts'
import { openTarget } from '../../../proof/target.ts'
import { type RunOptions, runScenario, type ScenarioResult } from '../run-scenario.ts'
import type { Scenario } from '../scenario.ts'

/** What a scenario came to on a stack without its guard. */
export interface MutantResult {
  played: ScenarioResult
  mutant: { name: string; says: string; files: string[] }
  /** Those of the invariants that the scenario attacks that broke; none means that it proves nothing. */
  broke: number[]
}

/** Where the project is, and the assembly of its app as it is. */
export interface Sources {
  rootDir: string
  assemblyDir: string
}

/**
 * Longer than any step of a scenario takes on a stack with its guard: what is missing then will never come. And short, as many
 * stories wait for something in vain here.
 */
const patience = { patienceMs: 15_000, judgeMs: 1_500 }

/** Stacks at the same time: most of their time is waiting. */
const stacksAtOnce = 2

/**
 * Plays a scenario on a stack of its own from a test build in which its guard is taken away. Throws when there is no such stack to
 * be had.
 */
export async function runAgainstMutant(
  scenario: Scenario,
  { rootDir, assemblyDir }: Sources,
  options: RunOptions = {},
): Promise<MutantResult> {
  const { mutant, invariants } = scenario
  const dir = mkdtempSync(join(tmpdir(), `steadfast-${mutant.name}-`))
  try {
    const built = await testBuild(mutant, { rootDir, assemblyDir, dir })
    const dataDir = join(dir, 'data')
    mkdirSync(dataDir)
    const stack = await startTestStack(built.assemblyDir, dataDir)
    try {
      const played = await runScenario(scenario, openTarget({ dataDir }), { ...options, ...patience, keeper: stack })
      const broke = played.verdict.brokenInvariants.filter((number) => invariants.includes(number))
      return { played, mutant: { name: mutant.name, says: mutant.says, files: filesOf(mutant) }, broke }
    } finally {
      await stack.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

export interface RunAllOptions {
  onPlay?(next: Scenario): void
  /** Hears of each as it ends. */
  onPlayed?(one: MutantResult): void
  /** Ends it. */
  signal?: AbortSignal
}

/** Plays them all, two at a time, and answers in their order. Throws when it is stopped. */
export async function runAllMutants(
  scenarios: readonly Scenario[],
  sources: Sources,
  { onPlay = () => {}, onPlayed = () => {}, signal }: RunAllOptions = {},
): Promise<MutantResult[]> {
  const all: MutantResult[] = []
  const waiting = [...scenarios.entries()]
  const playOn = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      signal?.throwIfAborted()
      const [index, scenario] = next
      onPlay(scenario)
      const one = await runAgainstMutant(scenario, sources, signal && { signal })
      all[index] = one
      onPlayed(one)
    }
  }
  await Promise.all(Array.from({ length: stacksAtOnce }, playOn))
  return all
}

/** Files that a scenario's mutant is in. */
export function filesOf({ edits }: Scenario['mutant']): string[] {
  return [...new Set(edits.map(({ file }) => file))]
}
