import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { chaosPlan } from '../../proof/load/chaos-plan.ts'

const [unique, copies] = [60, 3]

/** Tests that a load run holds every promise while the faults of this seed are injected. */
export function testChaos(stack: () => TemporaryStack, seed: number): void {
  it(`holds every promise, reports how often each planned fault was injected, and leaves none behind: chaos ${seed}`, async () => {
    const { dataDir, edgeUrl } = stack()
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
  }, 400_000)
}
