import { describe, expect, it } from 'vitest'
import { readCatalog } from '../../app/views/catalog.ts'
import { fillGeneration, switchView } from '../../app/views/rebuild-view.ts'
import { generationsOf, viewNames } from '../../domain/view-catalog.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { viewsEqualTheirRebuild } from '../../proof/check/views.ts'
import { isProjections, parseProjections, projectionsRow } from '../../tables/projections.ts'
import { isCatalog, parseCatalog } from '../../tables/view-catalog.ts'
import { isOfGenerations } from '../../tables/views.ts'
import { Traffic } from './traffic.ts'

const later = viewNames.filter((view) => view !== 'stats').map((view) => ({ view, generation: 1 }))

async function dashboardGenerations({ store }: Traffic) {
  return generationsOf((await readCatalog(store)).catalog, 'dashboard')
}

async function violations({ store, runtime }: Traffic) {
  return viewsEqualTheirRebuild.violations(await gatherEvidence(store, runtime.now()))
}

/** Leaves what a version with the first read model alone would have stored. */
async function forgetLaterViews({ store }: Traffic): Promise<void> {
  const { rows } = await store.scan({ table: 'Views' })
  for (const row of rows)
    if (isCatalog(row) || isProjections(row) || isOfGenerations(row, later))
      await store.write({ kind: 'delete', table: 'Views', key: { pk: String(row.pk), sk: String(row.sk) } })
}

describe('a read model that is new', () => {
  it('is complete from the start where there are no events yet, whichever function is the first', async () => {
    const traffic = new Traffic(1)
    await Promise.all(['t1', 't2', 't3', 't4'].map((id) => traffic.next('acme', id)))
    for (let step = 0; step < 20; step++) await traffic.next()
    expect(await dashboardGenerations(traffic)).toEqual({ live: 1, highest: 1 })
    expect(await violations(traffic)).toEqual([])
  })

  it('is incomplete where there are events already, until it is rebuilt', async () => {
    const traffic = new Traffic(2)
    for (let step = 0; step < 30; step++) await traffic.next()
    await forgetLaterViews(traffic)
    traffic.restart()
    for (let step = 0; step < 10; step++) await traffic.next()
    expect(await dashboardGenerations(traffic)).toEqual({ live: 1, highest: 1, incomplete: [1] })
    expect(await violations(traffic)).toEqual([])
    const { generation } = await fillGeneration(traffic.deps, 'dashboard')
    await switchView(traffic.deps, { view: 'dashboard', generation })
    expect(await dashboardGenerations(traffic)).toMatchObject({ live: 2, previous: 1, incomplete: [1] })
    await traffic.next()
    expect(await violations(traffic)).toEqual([])
    expect((await traffic.rows('dashboard', 2)).length).toBeGreaterThan((await traffic.rows('dashboard', 1)).length)
  })

  it('leaves alone what a later version has registered', async () => {
    const traffic = new Traffic(3)
    const catalog = { pk: 'CATALOG', sk: 'GENERATIONS' }
    const later = { live: 4, highest: 5 }
    await traffic.store.write({ kind: 'put', table: 'Views', row: { ...catalog, revision: 7, views: { later } } })
    await traffic.next()
    const row = await traffic.store.get({ table: 'Views', key: catalog })
    expect(parseCatalog(row ?? {}).catalog).toMatchObject({ later, stats: { live: 1 }, dashboard: { incomplete: [1] } })
  })
})

describe('a read model whose events an earlier version has projected meanwhile', () => {
  it('lacks them, which invariant 23 names, and says so from the next event of the ticket on', async () => {
    const traffic = new Traffic(4)
    await traffic.next('acme', 't1')
    const { table, key } = projectionsRow('acme', { type: 'ticket', id: 't1' })
    const before = await traffic.store.get({ table, key })
    await traffic.next('acme', 't1')
    await traffic.store.write({ kind: 'put', table, row: { ...before, ...key } })
    expect(parseProjections(before ?? {}).seqs).toEqual({ 'dashboard@1': 1, 'search@1': 1, 'work-list@1': 1 })
    expect(await violations(traffic)).toContainEqual({
      subject: 'dashboard@1 of TENANT#acme#TICKET#t1',
      problem: 'reflects 1 events, but 2 are applied: rebuild it',
    })
    expect(await dashboardGenerations(traffic)).not.toHaveProperty('incomplete')
    await traffic.next('acme', 't1')
    expect(await dashboardGenerations(traffic)).toMatchObject({ incomplete: [1] })
  })
})
