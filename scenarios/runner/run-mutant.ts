import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesOf, type Mutant } from '../../proof/mutants/mutant.ts'
import { startMutantStack } from '../../proof/mutants/mutant-stack.ts'
import { testBuild } from '../../proof/mutants/test-build.ts'
import { openTarget } from '../../proof/target.ts'
import { type RunOptions, runScenario, type ScenarioResult } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'

/** A mutant, and the scenario that is to catch it. */
export interface MutantCase {
  mutant: Mutant
  scenario: Scenario
}

/** What a scenario found on a stack whose code contains a mutant. */
export interface MutantResult {
  mutant: { name: string; says: string; files: string[] }
  /** Whether the scenario is the one whose guard the mutant takes away. */
  isOwn: boolean
  /** The invariants that catch the mutant; empty when it survived. */
  caughtBy: number[]
  result: ScenarioResult
}

/** The project's root, and the cloud assembly of its app without a mutant. */
export interface Sources {
  rootDir: string
  assemblyDir: string
}

/**
 * Shorter than for a stack with its guards, as many stories wait in vain for what a mutant prevents, but longer than any step takes:
 * what is missing by then never comes.
 */
const timeouts = { timeoutMs: 15_000, checkTimeoutMs: 1_500 }

/** They spend most of their time waiting. */
const stacksAtOnce = 2

/** Runs the scenario on a stack of its own, built with the mutant. Throws when the mutant can't be built or the stack doesn't start. */
export async function runMutant(
  { mutant, scenario }: MutantCase,
  { rootDir, assemblyDir }: Sources,
  options: RunOptions = {},
): Promise<MutantResult> {
  const dir = mkdtempSync(join(tmpdir(), `steadfast-${mutant.name}-`))
  try {
    const build = await testBuild(mutant, { rootDir, assemblyDir, dir })
    const dataDir = join(dir, 'data')
    mkdirSync(dataDir)
    const stack = await startMutantStack(build.assemblyDir, dataDir)
    try {
      const result = await runScenario(scenario, openTarget({ dataDir }), { ...options, ...timeouts, stack })
      const isOwn = mutant === scenario.mutant
      const caughtBy = catchingInvariants({ mutant, scenario }, result.verdict.brokenInvariants)
      return { mutant: { name: mutant.name, says: mutant.says, files: filesOf(mutant) }, isOwn, caughtBy, result }
    } finally {
      await stack.stop()
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * The broken invariants that count as catching the mutant. For a scenario's own mutant only those count that the scenario attacks, as it
 * must prove what it promises; for any other mutant every broken invariant counts.
 */
export function catchingInvariants({ mutant, scenario }: MutantCase, broken: readonly number[]): number[] {
  return broken.filter((number) => mutant !== scenario.mutant || scenario.invariants.includes(number))
}

export interface RunMutantsOptions {
  onStart?(next: MutantCase): void
  onResult?(result: MutantResult): void
  /** Stops the runs under way. */
  signal?: AbortSignal
}

/** Runs the cases, two at a time, and returns their results in the order of the cases. Throws when the signal aborts. */
export async function runMutants(
  cases: readonly MutantCase[],
  sources: Sources,
  { onStart = () => {}, onResult = () => {}, signal }: RunMutantsOptions = {},
): Promise<MutantResult[]> {
  const results: MutantResult[] = []
  const queue = [...cases.entries()]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      signal?.throwIfAborted()
      const [index, mutantCase] = next
      onStart(mutantCase)
      const result = await runMutant(mutantCase, sources, signal && { signal })
      results[index] = result
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: stacksAtOnce }, work))
  return results
}
