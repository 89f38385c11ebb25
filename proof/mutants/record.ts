import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { plantedMutants } from './planted.ts'

/** How many schedules the simulation needed to find it, the invariant that broke, and the faults without which it does not break. */
const InSimulation = z.strictObject({ schedules: z.int(), invariant: z.int(), faults: z.array(z.string()) })

/** The files with tests that failed, and which of theirs did: all of them only if all ran. */
const InUnitTests = z.strictObject({
  failed: z.record(z.string(), z.array(z.string())),
  ran: z.enum(['all', 'until enough failed', 'until time was over']),
})
export type UnitTestKill = z.infer<typeof InUnitTests>

/** What killed one mutant. What it was not tried against, or survived, is absent. */
const Kills = z.strictObject({ simulation: InSimulation.optional(), 'unit-tests': InUnitTests.optional() })
export type Kills = z.infer<typeof Kills>
export type RecordedOpponent = keyof Kills

const Run = z.strictObject({ ranOn: z.iso.date(), machine: z.string() })
export type MutantRun = z.infer<typeof Run>

/**
 * What the last recorded runs found: `npm run mutants -- --record` writes it, and docs/mutants.md is made of it. What scenarios find is not
 * recorded, as each says itself which invariants its mutants break, and tests hold it to that.
 */
const MutantRecord = z.strictObject({
  /** When and where mutants were last tried. */
  runs: z.partialRecord(z.enum(['simulation', 'unit-tests']), Run),
  mutants: z.record(z.string(), Kills),
})
export type MutantRecord = z.infer<typeof MutantRecord>

const path = join(import.meta.dirname, 'record.json')

export function readMutantRecord(): MutantRecord {
  return MutantRecord.parse(JSON.parse(readFileSync(path, 'utf8')))
}

/** Keeps what one opponent found of a mutant: undefined, if the mutant survived it. */
export function recordKill<Of extends RecordedOpponent>(
  mutant: string,
  opponent: Of,
  kill: Kills[Of] | undefined,
  run: MutantRun,
): void {
  const { runs, mutants } = readMutantRecord()
  const { [opponent]: _, ...others } = mutants[mutant] ?? {}
  const kills = { ...mutants, [mutant]: { ...others, ...(kill && { [opponent]: kill }) } }
  writeMutantRecord({ runs: { ...runs, [opponent]: run }, mutants: kills })
}

/** Every mutant that there is, in the order of names, so that a new run changes only what it found. */
function writeMutantRecord({ runs, mutants }: MutantRecord): void {
  const names = plantedMutants.map(({ mutant }) => mutant.name).toSorted((a, b) => a.localeCompare(b))
  const sorted = Object.fromEntries(names.map((name) => [name, mutants[name] ?? {}]))
  writeFileSync(path, `${JSON.stringify({ runs, mutants: sorted }, null, 2)}\n`)
}
