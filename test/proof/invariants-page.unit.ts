import { describe, expect, it } from 'vitest'
import { invariants } from '../../proof/check/invariants.ts'
import { scenarios } from '../../scenarios/all.ts'
import { readPage } from '../docs/markdown.ts'

const rows = readPage('docs/invariants.md')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, number, promise = '', enforcedBy = '', detectedFrom = '', attackedBy = '']) => {
    return { number: Number(number), promise, enforcedBy, detectedFrom, attackedBy }
  })

const checked = rows.filter(({ detectedFrom }) => detectedFrom !== '')
const reserved = rows.filter(({ detectedFrom }) => detectedFrom === '')

describe('docs/invariants.md', () => {
  it('lists every invariant that the check has, by number, with the same promise', () => {
    expect(checked.map(({ number, promise }) => ({ number, promise }))).toEqual(
      invariants.map(({ number, promise }) => ({ number, promise })),
    )
  })

  it('gives each number once and leaves none out, the reserved ones included', () => {
    const numbers = rows.map(({ number }) => number).toSorted((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 31 }, (_, index) => index + 1))
    expect(reserved.map(({ number }) => number)).toEqual([27])
  })

  it.each(checked)('names the scenarios that attack invariant $number, and no other', ({ number, attackedBy }) => {
    const attacking = scenarios.filter((scenario) => scenario.invariants.includes(number)).map(({ name }) => name)
    expect([...attackedBy.matchAll(/\]\(scenarios\/(.+?)\.md\)/g)].map(([, name]) => name)).toEqual(attacking)
  })

  it.each(checked)('says what enforces invariant $number and what attacks it', ({ enforcedBy, attackedBy }) => {
    expect(enforcedBy).not.toBe('')
    expect(attackedBy).toMatch(/\]\(/)
  })
})

describe('the promise of an invariant', () => {
  it.each(invariants)('is one sentence that ends with a full stop: $number', ({ promise }) => {
    expect(promise).toMatch(/^[A-Z][^.]*\.$/)
  })
})
