import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNames, httpFunctions } from '../../app/functions.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { portfolioPages } from '../../proof/pages/portfolio/all.ts'
import { consistencyPage } from '../../proof/pages/portfolio/consistency-page.ts'
import { freshnessPage } from '../../proof/pages/portfolio/freshness-page.ts'
import { transactionsPage } from '../../proof/pages/portfolio/transactions-page.ts'
import { rowAuthority } from '../../proof/portfolio/authority.ts'
import { conflicts } from '../../proof/portfolio/conflicts.ts'
import { objectAuthority } from '../../proof/portfolio/object-authority.ts'
import {
  everyEndpoint,
  type RecordedRead,
  type RecordedWork,
  readRecordedWork,
} from '../../proof/portfolio/recorded-work.ts'
import { sharedResources } from '../../proof/portfolio/shared-resources.ts'
import { rulesMetBy, writtenTogether } from '../../proof/portfolio/written-together.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { readPage, rootDir } from '../docs/markdown.ts'
import { hasTitle } from '../docs/test-titles.ts'
import { resourcesOf } from '../infra/synthesized.ts'

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

  it('cannot leave out an object: one of an unknown key stops the generation', () => {
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

  it('cannot be generated while a transaction leaves out a row that belongs to it, and say which invariant breaks', () => {
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

describe('the consistency of reads', () => {
  const works = readRecordedWork()
  const reading = (by: string, extra: RecordedRead) =>
    works.map((work) => (work.by === by ? { ...work, reads: [...work.reads, extra] } : work))

  it('cannot be generated while an endpoint reads otherwise than was chosen', () => {
    const torn = reading('get-ticket', { mode: 'eventual', of: 'Tickets.byTenant' })
    expect(() => consistencyPage(torn)).toThrow('GET /tickets/{ticketId} reads eventual, but strong was chosen')
  })

  it('cannot be generated while a function in the background reads an index, and nobody said why it may lag', () => {
    const torn = reading('start-saga', { mode: 'eventual', of: 'Sagas.byAggregate' })
    expect(() => consistencyPage(torn)).toThrow('start-saga reads an index, and nobody has said why it may lag')
  })

  it('cannot be generated while a command is decided on rows of different moments', () => {
    const torn = works.map((work) => (work.by === 'assign-ticket' ? { ...work, reads: [] } : work))
    expect(() => consistencyPage(torn)).toThrow('assign-ticket does not read request key and user in one call')
  })

  it('has every endpoint that reads', () => {
    const reads = endpoints.filter(({ operation }) => operation.startsWith('GET'))
    const { body } = consistencyPage(works)
    expect(reads.filter(({ operation }) => !body.includes(`| \`${operation}\` | **`))).toEqual([])
  })
})

describe('the freshness contracts', () => {
  it('name alarms that production has', () => {
    const { body } = freshnessPage()
    const named = [...body.matchAll(/\[`(\w+)`\]\(\.\.\/runbooks/g)].map(([, id = '']) => id)
    const deployed = resourcesOf('prod', 'AWS::CloudWatch::Alarm').map(({ id }) => id)
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((name) => !deployed.some((id) => id.startsWith(`${name}Alarm`)))).toEqual([])
  })
})

describe('a resource that is shared', () => {
  it.each(sharedResources)('is used by functions that exist: $what', ({ users }) => {
    expect(users.filter((user) => user !== everyEndpoint && !functions.includes(user))).toEqual([])
  })
})
