import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BundleSize, bundleSizes } from '../../proof/bench/functions/bundle-sizes.ts'
import { type LoadRow, measureLoads } from '../../proof/bench/functions/measure-loads.ts'
import { measureFunctions } from '../cost/measure-functions.ts'
import { synthesizeApp } from '../stack/synthesize-app.ts'
import type { ProgressDisplay } from '../terminal/progress.ts'

export interface FunctionRow extends LoadRow {
  kB: number
  ceilingKb: number
  /** CPU time of a whole vCPU: the start of Node, loading the bundle, the first invocation. */
  coldCpuMs: number
  /** CPU time of a later invocation, in the mean. */
  warmCpuMs: number
}

/** Measures every function of the app with a malware scanner. */
export async function benchFunctions(rounds: number, progress: ProgressDisplay): Promise<FunctionRow[]> {
  const sizes = bundleSizes(await synthesizeApp(progress.step, { malwareScan: 'guardduty' }))
  progress.step(`Loading ${sizes.length} functions ${rounds} times`)
  const loads = await loadAll(sizes, rounds)
  const uses = await measureFunctions({ runs: 1, rounds: 3, burst: 20 }, progress.step)
  return sizes.flatMap(({ name, kB, ceilingKb }) => {
    const load = loads.find((row) => row.name === name)
    const use = uses[name]
    return load && use ? [{ ...load, kB, ceilingKb, coldCpuMs: use.coldCpuMs, warmCpuMs: use.meanCpuMs }] : []
  })
}

async function loadAll(sizes: readonly BundleSize[], rounds: number): Promise<LoadRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-loads-'))
  try {
    return await measureLoads(sizes, dir, rounds)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
