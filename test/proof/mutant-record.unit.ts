import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { invariants } from '../../proof/check/invariants.ts'
import { plantedMutants } from '../../proof/mutants/planted.ts'
import { type Kills, readMutantRecord } from '../../proof/mutants/record.ts'
import { mutantsPage } from '../../proof/pages/mutants-page.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
const record = readMutantRecord()
const simulated = plantedMutants.filter(({ against }) => against.has('simulation'))

describe('the record of what kills each mutant', () => {
  it('names exactly the mutants that there are', () => {
    const names = plantedMutants.map(({ mutant }) => mutant.name)
    const howTo = 'npm run mutants -- NAME --against simulation unit-tests --record, then npm run docs'
    expect(Object.keys(record.mutants).toSorted(), howTo).toEqual(names.toSorted())
  })

  it('has a result of the simulation only for mutants that are planted there', () => {
    const found = Object.keys(record.mutants).filter((name) => record.mutants[name]?.simulation)
    const planted = new Set(simulated.map(({ mutant }) => mutant.name))
    expect(found.filter((name) => !planted.has(name))).toEqual([])
  })

  it('names invariants and unit tests that exist', () => {
    const kills = Object.values(record.mutants)
    const numbers = kills.flatMap(({ simulation }) => simulation?.invariant ?? [])
    const known = new Set(invariants.map(({ number }) => number))
    expect(numbers.filter((number) => !known.has(number))).toEqual([])
    const files = kills.flatMap((each) => Object.keys(each['unit-tests']?.failed ?? {}))
    expect(files.filter((file) => !existsSync(join(rootDir, file)))).toEqual([])
  })
})

describe('the page of mutants', () => {
  const name = simulated.at(-1)?.mutant.name ?? ''
  const simulation = { schedules: 7, invariant: 9, faults: ['crash after'] }
  const inScenarios = new Map([[name, { scenario: 'hot-ticket', breaks: [8, 9] }]])
  const runs = { 'unit-tests': { ranOn: '2026-01-01', machine: 'any' } }
  const pageOf = (kills: Kills) => mutantsPage({ runs, mutants: { [name]: kills } }, inScenarios)
  const rowOf = (page: ReturnType<typeof mutantsPage>) =>
    page.text.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? ''

  it('marks a mutant that a single check kills', () => {
    const page = mutantsPage({ runs: {}, mutants: { [name]: { simulation } } }, new Map())
    expect(rowOf(page)).toMatch(/invariant 9 after 7 schedules, with crash after \| .* \| \*\*1\*\* \|$/)
    expect(page.text).toMatch(
      new RegExp(`killed by one check only, marked \\*\\*1\\*\\*: .*${name} \\(invariant 9 in the simulation\\)`),
    )
  })

  it('counts each invariant of a scenario and each unit test as a check', () => {
    const failed = { 'test/a.unit.ts': ['one', 'two', 'three'], 'test/b.unit.ts': ['four'] }
    const page = pageOf({ simulation, 'unit-tests': { failed, ran: 'all' } })
    expect(rowOf(page)).toContain('hot-ticket: 8, 9')
    expect(rowOf(page)).toContain('4 in [a](../test/a.unit.ts) and 1 more')
    expect(rowOf(page)).toMatch(/\| 7 \|$/)
  })

  it('says when not all unit tests ran', () => {
    const failed = { 'test/a.unit.ts': ['one', 'two', 'three'] }
    expect(rowOf(pageOf({ 'unit-tests': { failed, ran: 'until enough failed' } }))).toMatch(
      / 3 or more in \[a\].* 5\+ \|$/,
    )
    expect(rowOf(pageOf({ 'unit-tests': { failed: {}, ran: 'until time was over' } }))).toContain('none failed in time')
    expect(rowOf(pageOf({ 'unit-tests': { failed: {}, ran: 'all' } }))).toContain('none fails')
  })

  it('names the mutants that nothing is known to kill', () => {
    expect(mutantsPage({ runs: {}, mutants: {} }, new Map()).text).toMatch(
      new RegExp(`\\d+ without a recorded kill: .*${name}`),
    )
  })
})
