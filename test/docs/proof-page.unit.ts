import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longParts } from '../../commands/test/long-parts.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { newestMachineRuns, readMachineRuns } from '../../proof/pages/machine-runs.ts'
import { guarantees, type ProofMachine, proofMachines } from '../../proof/pages/proof-machines.ts'
import { provenWhole } from '../../proof/readiness/proof-run.ts'
import { rootDir } from './markdown.ts'

const machines: readonly ProofMachine[] = proofMachines

describe('docs/proof.md', () => {
  it('has each invariant in exactly one guarantee', () => {
    const stated = guarantees.flatMap((guarantee) => guarantee.invariants).toSorted((a, b) => a - b)
    expect(stated).toEqual(invariants.map(({ number }) => number))
  })

  it('has each guarantee attacked by several machines, and each machine attack one', () => {
    for (const { promise, attackedBy } of guarantees) expect(attackedBy.length, promise).toBeGreaterThan(2)
    const attacking = new Set(guarantees.flatMap(({ attackedBy }) => attackedBy))
    expect(proofMachines.map(({ name }) => name).filter((name) => !attacking.has(name))).toEqual([])
  })

  it.each(machines)('names for $name a test or a part of the long run that exists', ({ short, part, command }) => {
    expect([short, part].some((each) => each !== undefined)).toBe(true)
    if (short) expect(existsSync(join(rootDir, short)), short).toBe(true)
    const parts = longParts.map(({ name }) => name)
    if (part) expect(parts).toContain(part)
    const [, asked] = /^npm run test:long -- ([\w-]+)$/.exec(command) ?? []
    if (asked) expect(parts).toContain(asked)
  })
})

describe('the recorded runs of the machines', () => {
  it('are of machines that there are, and tell what is counted of them', () => {
    for (const [name, { counts }] of Object.entries(readMachineRuns())) {
      const machine = machines.find((each) => each.name === name)
      expect(machine, name).toBeDefined()
      if (machine?.counted) expect(Object.keys(counts), name).toContain(machine.counted)
    }
  })

  it('are the newest of each, and those that are known where there is none', () => {
    const run = (endedAt: string, path: string, kills: number) => ({
      command: 'npm run test:long -- kills --seed 7',
      version: { commit: '0123456789abcdef', changed: false },
      startedAt: endedAt,
      endedAt,
      node: '24.0.0',
      files: [{ ...provenWhole({ path, passed: 1, failed: 0 }), counts: { kills } }],
    })
    const known = { ranOn: '2026-01-01', command: 'any', passed: 9, failed: 0, skipped: 0, counts: { schedules: 5 } }
    const file = longParts.find(({ name }) => name === 'kills')?.file ?? ''
    const runs = [run('2026-03-02T00:00:00.000Z', file, 3), run('2026-03-01T00:00:00.000Z', file, 2)]
    expect(newestMachineRuns({ simulation: known }, runs, longParts)).toEqual({
      simulation: known,
      kills: {
        ranOn: '2026-03-02',
        commit: '0123456',
        command: 'npm run test:long -- kills --seed 7',
        passed: 1,
        failed: 0,
        skipped: 0,
        counts: { kills: 3 },
      },
    })
  })
})
