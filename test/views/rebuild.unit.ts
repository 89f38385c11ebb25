import { afterAll, describe, expect, it } from 'vitest'
import { projectViews } from '../../app/consumers/project-views.ts'
import { catalogHoldsAfterMs, changeCatalog, readCatalog } from '../../app/views/catalog.ts'
import { catchUpGeneration } from '../../app/views/catch-up-generation.ts'
import { fillGeneration, rollBackView, switchView } from '../../app/views/rebuild-view.ts'
import {
  beginRebuild,
  cancelRebuild,
  generationsOf,
  type ViewGeneration,
  viewNames,
} from '../../domain/view-catalog.ts'
import { consumersApplyWithoutGaps } from '../../proof/check/delivery.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { generationViolations, viewsEqualTheirRebuild } from '../../proof/check/views.ts'
import { integerBetween, pick } from '../../proof/random.ts'
import type { Store } from '../../tables/store.ts'
import { putSweepPosition } from '../../tables/sweep-positions.ts'
import { isOfGenerations } from '../../tables/views.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { Crash, type Fault, FaultyStore } from '../relay/faults.ts'
import { Traffic } from './traffic.ts'

/** A store whose calls let traffic go on, and fail, crash or lose their answer now and then. */
function disturbed(
  traffic: Traffic,
  { faults, eventsMax = 60 }: { faults: readonly Fault[]; eventsMax?: number },
): Store {
  const { random } = traffic.runtime
  let isPaused = false
  // More calls for an event than events for a call would never let it catch up.
  let left = eventsMax
  const pause = async () => {
    if (isPaused) return
    isPaused = true
    while (left > 0 && random() < 0.3) {
      left--
      await traffic.next()
    }
    isPaused = false
  }
  return new FaultyStore(traffic.store, () => (random() < 0.04 ? pick(random, faults) : 'none'), pause)
}

const seeds = Array.from({ length: 40 }, (_, index) => index + 1)
const everyFault = ['crash-before', 'crash-after', 'lost-after', 'lost-before', 'conflict'] as const

describe('the rebuild of a read model', () => {
  let crashesOfAll = 0
  afterAll(() => expect(crashesOfAll).toBeGreaterThan(8))

  it.each(seeds.slice(0, 8).map((seed) => [viewNames[seed % viewNames.length] ?? 'stats', seed] as const))(
    'equals the live one byte for byte, beside traffic, crashes and lost answers (%s, seed %i)',
    async (view, seed) => {
      const traffic = new Traffic(seed)
      // Each event of the search writes dozens of rows.
      const isLarge = view === 'search'
      for (let step = isLarge ? 30 : 0; step < 60; step++) await traffic.next()
      let crashes = 0
      for (;;) {
        try {
          const store = disturbed(traffic, { faults: everyFault, ...(isLarge && { eventsMax: 10 }) })
          const rebuilt = await fillGeneration({ ...traffic.deps, store }, view)
          if (rebuilt.status === 'filled') break
        } catch (error) {
          if (!(error instanceof Crash) && !/never a/.test(String(error))) throw error
          crashes++
        }
      }
      for (let step = 0; step < 20; step++) await traffic.next()
      expect(await traffic.rows(view, 2)).toEqual(await traffic.rows(view, 1))
      expect((await traffic.rows(view, 2)).length).toBeGreaterThan(3)
      crashesOfAll += crashes
    },
  )

  it.each(seeds)(
    'has an aggregate in step once it has caught up, whatever happens at that moment (seed %i)',
    async (seed) => {
      const traffic = new Traffic(seed)
      const { random } = traffic.runtime
      for (let step = integerBetween(random, 1, 4); step > 0; step--) await traffic.next('acme', 't1')
      await changeCatalog(traffic.deps, (catalog) => beginRebuild(catalog, 'stats', '2026-03-01T12:00:00.000Z'))
      const yielding = () => {
        const turns = async () => {
          for (let turn = integerBetween(random, 0, 1) * integerBetween(random, 0, 30); turn > 0; turn--)
            await undefined
        }
        return new FaultyStore(traffic.store, () => 'none', turns)
      }
      const projector = projectViews(yielding(), traffic.runtime)
      const scope = { tenant: 'acme', aggregate: { type: 'ticket', id: 't1' } } as const
      const generation = { view: 'stats', generation: 2 } as const
      const goOn = async () => {
        for (let step = 0; step < 4; step++) await traffic.next('acme', 't1', projector)
      }
      const catchUp = () =>
        catchUpGeneration({ ...traffic.deps, store: yielding() }, generation, scope, Number.POSITIVE_INFINITY)
      await Promise.all([goOn(), catchUp(), catchUp()])
      expect(await traffic.rows('stats', 2)).toEqual(await traffic.rows('stats', 1))
    },
  )

  it('takes as many passes as an aggregate needs that cannot be caught up within its time', async () => {
    const traffic = new Traffic(11)
    for (let step = 0; step < 150; step++) await traffic.next('acme', 't1')
    const slow = new FaultyStore(
      traffic.store,
      () => 'none',
      async () => traffic.runtime.advance(400),
    )
    const rebuilt = await fillGeneration({ ...traffic.deps, store: slow }, 'stats')
    expect(rebuilt).toMatchObject({ status: 'filled', events: expect.toSatisfy((events: number) => events > 100) })
    expect(await traffic.rows('stats', 2)).toEqual(await traffic.rows('stats', 1))
  })

  it('is read only after the switch, and can be taken back without loss', async () => {
    const traffic = new Traffic(7)
    for (let step = 0; step < 30; step++) await traffic.next()
    const live = async () => generationsOf((await readCatalog(traffic.store)).catalog, 'stats').live
    const { generation } = await fillGeneration(traffic.deps, 'stats')
    expect([generation, await live()]).toEqual([2, 1])
    const evidence = () => gatherEvidence(traffic.store, traffic.runtime.now())
    expect(viewsEqualTheirRebuild.violations(await evidence())).toEqual([])
    const [row] = (await evidence()).rows.Views.filter(({ pk }) => String(pk).endsWith('@2'))
    if (!row) throw new Error('nothing was rebuilt')
    const { pk, sk } = row as { pk: string; sk: string }
    await traffic.store.write({
      kind: 'update',
      table: 'Views',
      key: { pk, sk },
      set: { asOf: '2031-01-01T00:00:00.000Z' },
    })
    expect(viewsEqualTheirRebuild.violations(await evidence())).toMatchObject([{ subject: `Views ${pk} ${sk}` }])
    await traffic.store.write({ kind: 'put', table: 'Views', row: { ...row, pk, sk } })
    await switchView(traffic.deps, { view: 'stats', generation })
    expect(await live()).toBe(2)
    expect(consumersApplyWithoutGaps.violations(await evidence())).toEqual([])
    for (let step = 0; step < 30; step++) await traffic.next()
    await rollBackView(traffic.deps, 'stats')
    expect(await live()).toBe(1)
    for (let step = 0; step < 30; step++) await traffic.next()
    expect(await traffic.rows('stats', 2)).toEqual(await traffic.rows('stats', 1))
  })

  it('is switched to and taken back once, although the answer is lost and the write sent again', async () => {
    const traffic = new Traffic(7)
    for (let step = 0; step < 30; step++) await traffic.next()
    const { generation } = await fillGeneration(traffic.deps, 'stats')
    const sentTwice = () => {
      let writes = 0
      const store = interceptStore(traffic.store, async ({ method }, proceed) => {
        if (method === 'write' && writes++ === 0) await proceed()
        return proceed()
      })
      return { ...traffic.deps, store }
    }
    const generations = async () => generationsOf((await readCatalog(traffic.store)).catalog, 'stats')
    await switchView(sentTwice(), { view: 'stats', generation })
    expect(await generations()).toEqual({ live: 2, previous: 1, highest: 2 })
    await rollBackView(sentTwice(), 'stats')
    expect(await generations()).toEqual({ live: 1, previous: 2, highest: 2 })
    await rollBackView(traffic.deps, 'stats', 2)
    expect(await generations()).toEqual({ live: 1, previous: 2, highest: 2 })
    await expect(rollBackView(traffic.deps, 'stats', 3)).rejects.toThrow('generation 3 of stats is not live')
  })

  it('is judged by its own rows: what is wrong with others does not keep a right one from replacing them', async () => {
    const traffic = new Traffic(7)
    for (let step = 0; step < 30; step++) await traffic.next()
    const spoil = async (of: ViewGeneration) => {
      const { rows } = await traffic.store.scan({ table: 'Views' })
      const { pk, sk } = rows.find((row) => isOfGenerations(row, [of])) as { pk: string; sk: string }
      const key = { pk, sk }
      await traffic.store.write({ kind: 'update', table: 'Views', key, set: { asOf: '2031-01-01T00:00:00.000Z' } })
      return `Views ${pk} ${sk}`
    }
    const evidence = () => gatherEvidence(traffic.store, traffic.runtime.now())
    const rebuilt = { view: 'stats', generation: 2 } as const
    const faulty = [
      await spoil({ view: 'stats', generation: 1 }),
      await spoil({ view: 'work-list', generation: 1 }),
    ].toSorted()
    expect(await fillGeneration(traffic.deps, 'stats')).toMatchObject({ status: 'filled', generation: 2 })
    const subjects = viewsEqualTheirRebuild.violations(await evidence()).map(({ subject }) => subject)
    expect(subjects.toSorted()).toEqual(faulty)
    expect(generationViolations((await evidence()).views, rebuilt)).toEqual([])
    const wrong = await spoil(rebuilt)
    expect(generationViolations((await evidence()).views, rebuilt)).toMatchObject([{ subject: wrong }])
  })

  it('is not switched to when its projection refuses an event, and is when another one does', () => {
    const refused = [{ generation: 'stats@1', subject: 'stats@1 of t1', problem: "can't be rebuilt" }]
    const views = { stored: [], rebuilt: [], refused }
    expect(generationViolations(views, { view: 'stats', generation: 1 })).toEqual([
      { subject: 'stats@1 of t1', problem: "can't be rebuilt" },
    ])
    expect(generationViolations(views, { view: 'stats', generation: 2 })).toEqual([])
  })

  it('waits until no function can still project by the catalog of before', async () => {
    const traffic = new Traffic(3)
    await traffic.next()
    const startedAtMs = traffic.runtime.now()
    await fillGeneration(traffic.deps, 'stats')
    expect(traffic.runtime.now() - startedAtMs).toBeGreaterThanOrEqual(catalogHoldsAfterMs)
  })

  it('goes on where it was stopped, in the same generation', async () => {
    const traffic = new Traffic(5)
    for (let step = 0; step < 60; step++) await traffic.next()
    const stop = new AbortController()
    stop.abort()
    expect(await fillGeneration(traffic.deps, 'stats', { signal: stop.signal })).toMatchObject({
      status: 'stopped',
      generation: 2,
    })
    expect(await fillGeneration(traffic.deps, 'stats')).toMatchObject({ status: 'filled', generation: 2 })
    expect(await traffic.rows('stats', 2)).toEqual(await traffic.rows('stats', 1))
  })

  it('looks at every aggregate again after it was killed behind one that was left behind', async () => {
    const traffic = new Traffic(5)
    for (let step = 0; step < 60; step++) await traffic.next()
    await changeCatalog(traffic.deps, (catalog) => beginRebuild(catalog, 'stats', '2026-03-01T11:00:00.000Z'))
    const { rows } = await traffic.store.scan({ table: 'Receipts' })
    const { pk, sk } = rows.at(-1) as { pk: string; sk: string }
    const killed = { after: { pk, sk }, isRunning: true, revision: 'killed' }
    await traffic.store.write(putSweepPosition('rebuild stats@2', killed, undefined))
    expect(await fillGeneration(traffic.deps, 'stats')).toMatchObject({ status: 'filled', generation: 2 })
    expect(await traffic.rows('stats', 2)).toEqual(await traffic.rows('stats', 1))
  })

  it('ends within a second after its generation was given up', async () => {
    const traffic = new Traffic(5)
    for (let step = 0; step < 60; step++) await traffic.next()
    let commits = 0
    const store = interceptStore(traffic.store, async (call, proceed) => {
      if (call.method === 'transactWrite' && ++commits === 5) {
        await changeCatalog(traffic.deps, (catalog) => cancelRebuild(catalog, 'stats'))
        traffic.runtime.advance(1_000)
      }
      return proceed()
    })
    const rebuilt = await fillGeneration({ ...traffic.deps, store }, 'stats', { concurrency: 1 })
    expect(rebuilt).toMatchObject({ generation: 2, status: 'cancelled' })
    expect(rebuilt.events).toBeLessThan(30)
  })

  it('refuses to switch to a generation that was given up', async () => {
    const traffic = new Traffic(5)
    await traffic.next()
    await expect(switchView(traffic.deps, { view: 'stats', generation: 2 })).rejects.toThrow(/nothing was switched/)
  })
})
