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

/** What a scenario says about a mutant. */
export interface MutantVerdict {
  /** Whether the mutant is one of the scenario's own. */
  isOwn: boolean
  /** The invariants that catch the mutant. */
  caughtBy: number[]
  /** The invariants that the scenario says the mutant breaks, but that held. */
  missed: number[]
  /** Whether an invariant broke, and for a mutant of the scenario's own each one that it says. */
  isCaught: boolean
}

/** What a scenario found on a stack whose code contains a mutant. */
export interface MutantResult extends MutantVerdict {
  mutant: { name: string; says: string; files: string[] }
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
const timeouts = { timeoutMs: 10_000, checkTimeoutMs: 1_500 }

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
      const result = await runScenario(scenario, openTarget({ dataDir }), {
        ...options,
        ...timeouts,
        stack,
        sourceDir: build.sourceDir,
      })
      const verdict = judgeMutant({ mutant, scenario }, result.verdict.brokenInvariants)
      return { mutant: { name: mutant.name, says: mutant.description, files: filesOf(mutant) }, ...verdict, result }
    } finally {
      await stack.stop()
    }
  } catch (error) {
    // Ctrl-C also ends the bundler and the stack, whose errors say nothing then.
    options.signal?.throwIfAborted()
    throw error
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * Whether the broken invariants catch the mutant. A mutant of the scenario's own must break all that the scenario says it breaks, and
 * nothing else counts: the scenario must prove what it claims to attack. For any other mutant every broken invariant counts.
 */
export function judgeMutant({ mutant, scenario }: MutantCase, broken: readonly number[]): MutantVerdict {
  const own = scenario.mutants.find((planted) => planted.mutant === mutant)
  const caughtBy = broken.filter((number) => !own || own.breaks.includes(number))
  const missed = own?.breaks.filter((number) => !broken.includes(number)) ?? []
  return { isOwn: own !== undefined, caughtBy, missed, isCaught: caughtBy.length > 0 && missed.length === 0 }
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
