import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { chaosPlan } from '../../proof/load/chaos-plan.ts'

const copies = 3

export interface ChaosCounts {
  requests: number
  /** Counts by the kind of fault, such as `throttle`. */
  struck: Record<string, number>
}

/**
 * Sends so many unique requests to the stack while the faults of this seed are injected. Expects every promise to hold, each planned fault
 * to be reported with how often it was injected, and no fault rule to be left. Returns how often each kind of fault was.
 */
export async function expectChaosRun(
  { dataDir, edgeUrl }: TemporaryStack,
  { seed, unique = 60 }: { seed: number; unique?: number },
): Promise<ChaosCounts> {
  const json = join(dataDir, `verdict-${seed}.json`)
  const numbers = ['--unique', unique, '--copies', copies, '--chaos', seed].map(String)
  const args = ['commands/run.mjs', 'load', '--data', dataDir, '--json', json, ...numbers]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
  const verdict = JSON.parse(readFileSync(json, 'utf8'))
  expect(verdict, stdout).toMatchObject({ ok: true, unique, copies, effects: unique, chaos: { seed } })
  expect(verdict.chaos.struck).toBeGreaterThan(0)
  expect(verdict.chaos.faults.map(({ name }: { name: string }) => name)).toEqual(
    chaosPlan(seed).map(({ rule }) => rule.name),
  )
  expect(stdout).toContain(`chaos ${seed}: 16 faults were set and injected ${verdict.chaos.struck} times`)
  expect(stderr, 'progress is for terminals').toBe('')
  const left = await fetch(`${edgeUrl}/_steadfast/faults`)
  expect(await left.json()).toEqual({ rules: [] })
  const struck: Record<string, number> = {}
  for (const { fault, struck: times } of verdict.chaos.faults) struck[fault.do] = (struck[fault.do] ?? 0) + times
  return { requests: verdict.requests, struck }
}
