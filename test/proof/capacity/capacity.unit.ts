import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { subscribers } from '../../../app/functions.ts'
import { capacityPage } from '../../../proof/capacity/capacity-page.ts'
import { readDeployed } from '../../../proof/capacity/deployed.ts'
import { scopeOfIndex, scopeOfPattern } from '../../../proof/capacity/key-scopes.ts'
import { limitsAt } from '../../../proof/capacity/limits.ts'
import { type Quota, quotas } from '../../../proof/capacity/quotas.ts'
import { bytesPerTicket, placesOf, runsPerTicket } from '../../../proof/capacity/row-units.ts'
import { hotKeys } from '../../../proof/capacity/skew.ts'
import { type PricedTemplate, readSettings } from '../../../proof/cost/app-settings.ts'
import { readMeasured } from '../../../proof/cost/cost-report.ts'
import { useCases } from '../../../proof/cost/usage.ts'
import { rowKinds } from '../../../proof/schema/kinds.ts'
import { tableShapes } from '../../../tables/key-shapes.ts'
import type { Row } from '../../../tables/store.ts'
import { rootDir } from '../../docs/markdown.ts'
import { templatesOf } from '../../infra/synthesized.ts'

const templates = Object.values(templatesOf('prod')) as PricedTemplate[]
const settings = readSettings(templates)
const deployed = readDeployed(templates)
const measured = readMeasured(rootDir)

describe('docs/portfolio/capacity.md', () => {
  it('has the figures of the code, the deployed app and the measurement: else npm run cost -- --capacity --docs', () => {
    const { path, text } = capacityPage(measured, settings, deployed)
    expect(readFileSync(`${rootDir}/${path}`, 'utf8')).toBe(text)
  })
})

describe('the scope of a key', () => {
  it('is known for the partition key of every kind of row', () => {
    for (const { key } of rowKinds) for (const pattern of [key.pk].flat()) expect(scopeOfPattern(pattern)).toBeTruthy()
  })

  it('is refused for a part that nobody has judged', () => {
    expect(() => scopeOfPattern('TENANT#{tenant}#PLANET#{planet}')).toThrow('name it in proof/capacity/key-scopes.ts')
  })

  // As the code builds it: TENANT#acme#STATUS#open has one part behind its name, TENANT#acme#TICKETS none.
  const parts = { tenant: 0, ticket: 1, person: 1, 'tenant and status': 1 }
  const indexes = Object.entries(tableShapes).flatMap(([table, { indexes: shapes }]) =>
    shapes.map(({ name, partitionKey }) => ({ index: `${table}.${name}`, table, partitionKey })),
  )
  it.each(indexes)(
    'of the index $index is that of the keys which the code stores',
    ({ index, table, partitionKey }) => {
      const rows = rowKinds.filter((kind) => kind.table === table).flatMap((kind) => kind.example())
      const stored = rows.flatMap((write) => String(('row' in write && (write.row as Row)[partitionKey]) || '') || [])
      const [key] = stored
      const expected = parts[scopeOfIndex[index] as keyof typeof parts]
      // A row whose example is not in the index is in it under its tenant: a blocked aggregate, a saga under way.
      expect([index, key === undefined ? 0 : key.split('#').length - 3]).toEqual([index, expected])
    },
  )
})

describe('the simulated traffic', () => {
  const skew = { opensPerSecond: 15, largestTenant: 0.3, seconds: 5, seed: 7 }
  const drawn = hotKeys(skew, measured, settings)
  const busiest = (place: string, scope: string, share = 0.3) =>
    hotKeys({ ...skew, largestTenant: share }, measured, settings).find(
      (key) => key.place === place && key.scope === scope,
    )?.writeUnitsPerSecond ?? 0

  it('is the same for the same seed, and another for another', () => {
    expect(hotKeys(skew, measured, settings)).toEqual(drawn)
    expect(hotKeys({ ...skew, seed: 8 }, measured, settings)).not.toEqual(drawn)
  })

  it('loads the key of the largest tenant with its share of all units that are written under such keys', () => {
    const perTicket = runsPerTicket()
    const units = useCases.flatMap((useCase) =>
      placesOf(useCase, measured, settings)
        .filter(({ place }) => place === 'Tickets.byTenant')
        .map(({ writeUnits }) => writeUnits * perTicket[useCase] * skew.opensPerSecond),
    )
    const expected = units.reduce((sum, each) => sum + each, 0) * skew.largestTenant
    expect(busiest('Tickets.byTenant', 'tenant') / expected).toBeCloseTo(1, 0)
  })

  it('makes keys hotter the larger the largest tenant is', () => {
    expect(busiest('Views', 'tenant', 0.5)).toBeGreaterThan(busiest('Views', 'tenant', 0.1) * 3)
  })
})

describe('what a ticket stores', () => {
  it('is in every table that grows with tickets, and in none whose rows go away', () => {
    const places = Object.keys(bytesPerTicket(measured, settings))
    expect(places).toEqual(expect.arrayContaining(['Tickets', 'Tickets.byTenant', 'Events', 'Sagas', 'Views']))
    for (const name of ['Outbox', 'Unconfirmed', 'RequestKeys', 'Quotas']) expect(places).not.toContain(name)
  })
})

describe('each limit', () => {
  const limits = limitsAt(1e6, measured, settings)

  it('grows with the traffic, says who notices it, and what to do', () => {
    const later = limitsAt(1e9, measured, settings)
    for (const [at, { name, load, limit, lever }] of limits.entries()) {
      expect([name, (later[at]?.load ?? 0) / load]).toEqual([name, expect.closeTo(1_000, 3)])
      expect([name, limit > 0, lever.length > 5]).toEqual([name, true, true])
    }
  })

  it('of AWS has its page', () => {
    for (const { source, limit } of Object.values(quotas) as Quota[]) {
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//)
      expect(limit).toBeGreaterThan(0)
    }
  })
})

describe('the deployed streams and queues', () => {
  it('have at most two readers per shard', () => {
    expect(deployed.streamReaders).toEqual({ Outbox: 1, Events: 1 })
    for (const readers of Object.values(deployed.streamReaders))
      expect(readers).toBeLessThanOrEqual(quotas.streamReaders.limit)
  })

  it('are in high throughput mode for every subscriber', () => {
    const high = deployed.queues.filter(({ kind }) => kind === 'FIFO, high throughput').map(({ name }) => name)
    expect(high).toEqual(
      Object.keys(subscribers)
        .map((name) => `${name}.fifo`)
        .toSorted(),
    )
  })
})
