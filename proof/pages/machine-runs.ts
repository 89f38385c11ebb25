import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { LongProof } from '../readiness/catalogue.ts'
import type { ProofRun } from '../readiness/proof-run.ts'
import { type ProofMachine, proofMachines } from './proof-machines.ts'

/** What the last recorded run of one machine came to. */
const MachineRun = z.strictObject({
  ranOn: z.iso.date(),
  /** The version that ran, if it was that of a commit. */
  commit: z.string().optional(),
  command: z.string(),
  passed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  /** Its attacks and their outcomes, in its own words; the first one is counted in the page's table. */
  counts: z.record(z.string(), z.number()),
})
export type MachineRun = z.infer<typeof MachineRun>

/** Runs by the names of their machines. */
const MachineRuns = z.record(z.string(), MachineRun)
export type MachineRuns = z.infer<typeof MachineRuns>

const path = join(import.meta.dirname, 'machine-runs.json')

/** What `npm run docs -- --proof` kept. */
export function readMachineRuns(): MachineRuns {
  return MachineRuns.parse(JSON.parse(readFileSync(path, 'utf8')))
}

export function writeMachineRuns(runs: MachineRuns): void {
  writeFileSync(path, `${JSON.stringify(runs, null, 2)}\n`)
}

/**
 * The newest run of each machine: of its part of the long run, if there is one, else of its short test. A machine that
 * did not run keeps what is known.
 */
export function newestMachineRuns(
  known: MachineRuns,
  runs: readonly ProofRun[],
  longProofs: readonly LongProof[],
): MachineRuns {
  const newest = proofMachines.flatMap((machine: ProofMachine): [string, MachineRun][] => {
    const file = longProofs.find(({ name }) => name === machine.part)?.file ?? machine.short
    const run = runs.find(({ files }) => files.some(({ path }) => path === file))
    const result = run?.files.find(({ path }) => path === file)
    const kept = known[machine.name]
    if (!run || !result) return kept ? [[machine.name, kept]] : []
    const { passed, failed, skipped, counts } = result
    const { changed, commit } = run.version
    const ranOn = run.endedAt.slice(0, 10)
    const ofCommit = commit && !changed ? { commit: commit.slice(0, 7) } : {}
    return [[machine.name, { ranOn, ...ofCommit, command: run.command, passed, failed, skipped, counts }]]
  })
  return Object.fromEntries(newest)
}
