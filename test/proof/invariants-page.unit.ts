import { describe, expect, it } from 'vitest'
import { invariants } from '../../proof/check/invariants.ts'
import { scenarios } from '../../scenarios/all.ts'
import { guardsOf } from '../../scenarios/runner/pages/invariants-chapter.ts'
import { readPage, rootDir } from '../docs/markdown.ts'

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
    expect(numbers).toEqual(Array.from({ length: 33 }, (_, index) => index + 1))
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

describe('the chapter on the code', () => {
  const inCode = [
    ...readPage('docs/invariants.md').matchAll(/^\| \*\*(\d+)\*\* \| (.+?) \| (\[.+?) \| (\d+ in .+?) \| (.+) \|$/gm),
  ]

  it('has for each invariant what keeps it, what checks it, and violations that the check has to find', () => {
    expect(inCode.map(([, number]) => Number(number))).toEqual(invariants.map(({ number }) => number))
  })

  it('names each mutant that a scenario breaks an invariant by', () => {
    const named = inCode.flatMap(([, number, , , , cell = '']) =>
      [...cell.matchAll(/\[([\w-]+)\]/g)].map(([, mutant]) => `${mutant} breaks ${number}`),
    )
    const planted = scenarios.flatMap(({ mutants }) =>
      mutants.flatMap(({ mutant, breaks }) => breaks.map((number) => `${mutant.name} breaks ${number}`)),
    )
    expect(named.toSorted()).toEqual(planted.toSorted())
  })

  it('cannot be made while nobody has said what keeps an invariant', () => {
    expect(() => guardsOf(rootDir, 99)).toThrow('nobody has said what keeps invariant 99')
  })
})

describe('the promise of an invariant', () => {
  it.each(invariants)('is one sentence that ends with a full stop: $number', ({ promise }) => {
    expect(promise).toMatch(/^[A-Z][^.]*\.$/)
  })
})
