import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longParts } from '../../commands/test/long-parts.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { guarantees, type ProofMachine, proofMachines } from '../../proof/pages/proof-machines.ts'
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
