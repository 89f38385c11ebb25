import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNames, httpFunctions } from '../../app/functions.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { portfolioPages } from '../../proof/pages/portfolio/all.ts'
import { transactionsPage } from '../../proof/pages/portfolio/transactions-page.ts'
import { rowAuthority } from '../../proof/portfolio/authority.ts'
import { conflicts, sharedResources } from '../../proof/portfolio/conflicts.ts'
import { objectAuthority } from '../../proof/portfolio/other-state.ts'
import { everyEndpoint, type RecordedWork, readRecordedWork } from '../../proof/portfolio/recorded-work.ts'
import { rulesMetBy, writtenTogether } from '../../proof/portfolio/written-together.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { readPage, rootDir } from '../docs/markdown.ts'
import { hasTitle } from '../docs/test-titles.ts'

const functions: readonly string[] = functionNames({ malwareScan: 'guardduty', identity: 'cognito' })
const kindNames = rowKinds.map(({ name }) => name).toSorted()

describe('the portfolio', () => {
  const index = readPage('docs/portfolio/README.md')

  it.each(portfolioPages())('has $path in its index, which names commands that prove it', ({ path, text }) => {
    expect(index).toContain(`](${path.replace('docs/portfolio/', '')})`)
    expect(text).toMatch(/^Proven by `npm run docs -- --check`.*, and `npx vitest run (\S+)`\.$/m)
    const [, tests = ''] = text.match(/`npx vitest run (\S+)`/) ?? []
    expect(existsSync(join(rootDir, tests))).toBe(true)
  })
})

describe('the data authority map', () => {
  it('has every kind of row, by its one name', () => {
    expect(new Set(kindNames).size).toBe(kindNames.length)
    expect(Object.keys(rowAuthority).toSorted()).toEqual(kindNames)
  })

  it('names files that exist as owners', () => {
    const owners = Object.values(rowAuthority).map(({ owner }) => owner)
    expect(owners.filter((file) => !existsSync(join(rootDir, file)))).toEqual([])
  })

  it('can not leave out an object: one of an unknown key stops the generation', () => {
    expect(() => objectAuthority('thumbnails/{id}')).toThrow(/nobody has said what thumbnails/)
  })
})

describe('the conflicts', () => {
  it('have every kind of row', () => {
    expect(Object.keys(conflicts).toSorted()).toEqual(kindNames)
  })

  it.each(Object.entries(conflicts))('of %s are raced by a test that exists, by its title', (_, { race }) => {
    const [title, file] = race
    expect(existsSync(join(rootDir, file)) && hasTitle(file, title)).toBe(true)
  })
})

describe('the transaction boundaries', () => {
  const works = readRecordedWork()
  const opening = works.find(({ by }) => by === 'create-ticket') as RecordedWork

  it('name invariants that exist, and each rule is met by some transaction', () => {
    const known = new Set(invariants.map(({ number }) => number))
    expect(writtenTogether.flatMap((rule) => rule.invariants).filter((number) => !known.has(number))).toEqual([])
    const met = works.flatMap((work) =>
      work.writes.filter(({ isTransaction }) => isTransaction).flatMap((write) => rulesMetBy(work, write)),
    )
    expect(new Set(met)).toEqual(new Set(writtenTogether))
  })

  it('can not be generated while a transaction leaves out a row that belongs to it, and say which invariant breaks', () => {
    const writes = opening.writes.map((write) => ({
      ...write,
      rows: write.rows.filter(({ kind }) => kind !== 'outbox row'),
    }))
    const torn = works.map((work) => (work === opening ? { ...opening, writes } : work))
    expect(() => transactionsPage(torn)).toThrow(
      'create-ticket writes event without outbox row in one transaction: invariant 6',
    )
  })

  it('have every command of the API', () => {
    const { body } = transactionsPage(works)
    const commands = Object.values(httpFunctions).filter(({ route }) => !route.startsWith('GET'))
    expect(commands.filter(({ route }) => !body.includes(`| \`${route}\` |`))).toEqual([])
  })
})

describe('a resource that is shared', () => {
  it.each(sharedResources)('is used by functions that exist: $what', ({ users }) => {
    expect(users.filter((user) => user !== everyEndpoint && !functions.includes(user))).toEqual([])
  })
})
