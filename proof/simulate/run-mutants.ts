import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Mutant } from '../mutants/mutant.ts'
import type { BrokenInvariant } from './broken-invariant.ts'
import type { PlannedFault } from './faults.ts'

/** Schedules in which a mutant is to be found; the one that hides longest takes 30,892. */
export const mutantSchedulesMax = 40_000

export interface SimulatedMutantResult {
  mutant: string
  /** Schedules until something broke, or all that were run. */
  schedules: number
  /** The seed that broke; undefined for a mutant that survived. */
  seed?: number
  /** The faults without which it does not break. */
  faults?: readonly PlannedFault[]
  broken: readonly BrokenInvariant[]
}

const program = join(import.meta.dirname, 'mutant-process.ts')

/** Simulates with a mutant, in a process of its own, until something breaks or `count` schedules are over. */
export async function runSimulatedMutant(
  { name }: Mutant,
  { firstSeed, count, signal }: { firstSeed: number; count: number; signal?: AbortSignal },
): Promise<SimulatedMutantResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, name, String(firstSeed), String(count)], {
    ...(signal && { signal }),
    maxBuffer: 64 * 1024 * 1024,
  })
  return { mutant: name, ...JSON.parse(stdout) }
}

/** One row of the table: what found the mutant, and after how much. */
export function formatMutantRow({ mutant, schedules, seed, faults = [], broken }: SimulatedMutantResult): string {
  const name = mutant.padEnd(30)
  if (seed === undefined) return `SURVIVED ${name} ${schedules} schedules`
  const [first] = broken
  const needed = faults.length === 0 ? 'no fault' : faults.map(({ fault }) => fault).join(' + ')
  return `caught   ${name} after ${String(schedules).padStart(5)} schedules by invariant ${String(first?.number).padStart(2)}, with ${needed}`
}
