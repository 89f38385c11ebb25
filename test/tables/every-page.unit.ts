import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { noopObserver } from '../../app/observer.ts'
import { releaseSagas } from '../../app/release-sagas.ts'
import { repairTables } from '../../app/restore/repair.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import { sweepObjects } from '../../app/sweep.ts'
import { fillGeneration } from '../../app/views/rebuild-view.ts'
import { digestPart } from '../../domain/digest.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { listSagas } from '../../functions/list-sagas/list-sagas.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { closeDays } from '../../functions/reconcile-consumers/digest-events.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { sweepOutbox, sweptAfterMs } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import type { ListedObject } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { keptDigests } from '../../proof/check/kept-digests.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { parseEvent, readEvents } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { ScanRequest } from '../../tables/store.ts'
import { parseTicket } from '../../tables/tickets.ts'
import { hasViewRows } from '../../tables/views.ts'
import { ArchivedSystem } from '../archive/archived-system.ts'
import { admin, agent, type Call } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { withOneObjectPages } from '../fixtures/one-object-pages.ts'
import { withOneRowPages } from '../fixtures/one-row-pages.ts'
import { twinTenants } from '../fixtures/twin-tenants.ts'
import { ReconciledSystem } from '../reconcile/reconciled-system.ts'
import { committed, event, eventBatch } from '../relay/fixtures.ts'
import { copyOf, RestoredSystem } from '../restore/restored-system.ts'
import { ParkedSagas } from '../sagas/parked-sagas.ts'
import {
  callbacks,
  api as runningApi,
  deps as runningDeps,
  sagaId,
  startRunningSaga,
  tenant,
} from '../sagas/running-saga.ts'
import { anotherSaga, waits } from '../sagas/waiting-sagas.ts'

type ReleasedEvent = Parameters<typeof releaseSagas>[1]

async function ticketWithManyRows() {
  const { twins } = await twinTenants()
  const [{ api, admin, agent, customer, ticketIds }] = twins
  return { api, admin, agent, customer, small: api.withStore(withOneRowPages(api.store)), ticketId: ticketIds[0] ?? '' }
}

describe('although every page of the database ends after one row,', () => {
  it('a read model that is new finds the past behind an empty page', async () => {
    const { twins } = await twinTenants()
    const [{ api }] = twins
    const scan = async (request: ScanRequest) =>
      request.after ? api.store.scan({ ...request, after: undefined }) : { rows: [], next: { pk: '', sk: '' } }
    expect(await hasViewRows({ scan })).toBe(true)
    expect(await hasViewRows(new MemoryStore())).toBe(false)
  })

  it.each<[name: string, endpoint: Endpoint, person: 'admin' | 'agent' | 'customer', query: Record<string, string>]>([
    ['tickets', listTickets, 'agent', {}],
    ['tickets by status', listTickets, 'agent', { status: 'open' }],
    ['tickets by assignee and requester', listTickets, 'agent', { assignee: 'agnes', requester: 'carla' }],
    ['events', listEvents, 'agent', {}],
    ['comments', listComments, 'agent', {}],
    ['sagas', listSagas, 'customer', {}],
    ['sagas that have not ended', listLiveSagas, 'admin', {}],
    ['sagas that have not started', listLiveSagas, 'admin', { state: 'pending' }],
    ['blocked aggregates', listBlockedAggregates, 'admin', {}],
    ['notices', listNotices, 'customer', {}],
  ])('the list of %s has the same full pages', async (_, endpoint, person, query) => {
    const { api, small, ticketId, ...people } = await ticketWithManyRows()
    const params = endpoint.operation.includes('{ticketId}') ? { params: { ticketId } } : {}
    for (const limit of ['1', '2', '3', '100']) {
      let cursor: unknown
      do {
        const call: Call = { ...params, query: { ...query, limit, ...(typeof cursor === 'string' && { cursor }) } }
        const full = await api.call(people[person], endpoint, call)
        expect(full.json.items.length).toBeGreaterThan(0)
        expect((await small.call(people[person], endpoint, call)).json).toEqual(full.json)
        cursor = full.json.nextCursor
      } while (cursor)
    }
  })

  it('the statistics count every shard', async () => {
    const { api, agent, small } = await ticketWithManyRows()
    const { json } = await api.call(agent, getStats)
    expect(json.counts).toMatchObject({ open: expect.toSatisfy((open: number) => open > 4) })
    expect((await small.call(agent, getStats)).json).toEqual(json)
  })

  it("each of a ticket's comments is found", async () => {
    const { api, agent, small, ticketId } = await ticketWithManyRows()
    const { items } = (await api.call(agent, listComments, { params: { ticketId } })).json
    for (const comment of items) {
      const found = await small.call(agent, getComment, { params: { ticketId, commentId: String(comment.id) } })
      expect(found.json).toEqual(comment)
    }
  })

  it('a history is read to its end, or to where it was asked for', async () => {
    const store = new MemoryStore()
    await committed(store, ...[1, 2, 3, 4, 5].map((seq) => event('t1', seq)))
    const read = async (range?: { from: number; to: number }) => {
      const events = await readEvents(withOneRowPages(store), 'acme', { type: 'ticket', id: 't1' }, range)
      return events.map(({ seq }) => seq)
    }
    expect(await read()).toEqual([1, 2, 3, 4, 5])
    expect(await read({ from: 2, to: 4 })).toEqual([2, 3, 4])
  })

  it('a consumer applies everything that it missed, and a blocked one catches up in all tickets', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const applied: string[] = []
    let isBroken = true
    const consumer: Consumer = {
      name: 'views',
      async handle({ aggregate, seq }) {
        if (isBroken && seq === 2) throw new PoisonEventError('cannot be applied')
        applied.push(`${aggregate.id}:${seq}`)
        return []
      },
    }
    const deps = { store: withOneRowPages(store), runtime, observer: noopObserver }
    for (const id of ['t1', 't2', 't3']) {
      const events = [1, 2, 3, 4].map((seq) => event(id, seq))
      await committed(store, ...events)
      await consumeBatch(deps, consumer, eventBatch(events), runtime.now() + 10_000)
    }
    isBroken = false
    const reconciled = await reconcileConsumers(deps, [consumer], runtime.now() + 10_000)
    expect(reconciled).toMatchObject({ freed: 3, complete: true })
    expect(applied.toSorted()).toEqual(['t1', 't2', 't3'].flatMap((id) => [1, 2, 3, 4].map((seq) => `${id}:${seq}`)))
    expect((await allRows(store, 'Receipts')).map(parseCheckpoint).map(({ appliedSeq }) => appliedSeq)).toEqual([
      4, 4, 4,
    ])
  })

  it('a reconciliation counts every attachment, and finds nothing in a healthy system', async () => {
    const system = await ReconciledSystem.create()
    const { findings, complete } = await system.reconcile({ mode: 'dry run' }, withOneRowPages(system.store))
    expect({ findings, complete }).toEqual({ findings: [], complete: true })
  })

  it('an agent who is deactivated loses every ticket', async () => {
    const { api, agent, small } = await ticketWithManyRows()
    await api.call(admin, createUser, { body: { id: agent.id, role: 'agent' } })
    await api.call(admin, deactivateUser, { params: { userId: agent.id } })
    const history = (await allRows(api.store, 'Events')).map(parseEvent)
    const deactivation = history.filter(({ type }) => type === 'user.deactivated')
    expect(deactivation).toHaveLength(1)
    const deps = { store: small.store, runtime: api.runtime, observer: noopObserver }
    const consumer = unassignTickets(small.store, api.runtime)
    // However many portions the consumer needs, each is a message that is delivered again.
    for (let failures = 1, rounds = 0; failures > 0 && rounds < 20; rounds++) {
      const outcome = await consumeBatch(deps, consumer, eventBatch(deactivation), api.runtime.now() + 10_000)
      failures = outcome.batchItemFailures.length
    }
    const tickets = (await allRows(api.store, 'Tickets')).filter(
      ({ sk, tenant }) => sk === 'HEADER' && tenant === 'acme',
    )
    expect(tickets.map((row) => parseTicket(row).assignee)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('a rebuild of a read model projects every event of every ticket', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const observer = noopObserver
    for (const id of ['t1', 't2', 't3']) {
      const events = [1, 2, 3, 4].map((seq) => event(id, seq))
      await committed(store, ...events)
      const live = { store, runtime, observer }
      await consumeBatch(live, projectViews(store, runtime), eventBatch(events), runtime.now() + 10_000)
    }
    const rebuilt = await fillGeneration({ store: withOneRowPages(store), runtime, observer }, 'stats')
    expect(rebuilt).toEqual({ generation: 2, aggregates: 3, events: 12, status: 'filled' })
  })

  it('the sweep of the outbox publishes every row', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    runtime.advance(sweptAfterMs)
    await committed(store, ...['t1', 't2', 't3'].map((id) => event(id, 1)))
    const queue = new MemoryQueue(runtime.now)
    const deps = {
      store: withOneRowPages(store),
      queue,
      runtime,
      subscribers: { views: 'views' },
      observer: noopObserver,
    }
    expect(await sweepOutbox(deps, runtime.now() + 10_000)).toMatchObject({ published: 3, left: 0, complete: true })
    expect(await allRows(store, 'Outbox')).toEqual([])
  })

  it('a resumption resumes every parked saga', async () => {
    const sagas = new ParkedSagas()
    for (const id of ['s1', 's2', 's3']) await sagas.add(id)
    const { json } = await sagas.request()
    await sagas.run({ store: withOneRowPages(sagas.api.store) })
    expect(await sagas.progress(json.id)).toMatchObject({ state: 'finished', resumed: 3 })
  })

  it('a release wakes every saga that waits for it', async () => {
    await startRunningSaga()
    await waits(sagaId)
    for (const eventId of ['E2', 'E3']) await waits(await anotherSaga(eventId))
    const deps = { ...runningDeps(), store: withOneRowPages(runningApi.store) }
    const released = { tenant, data: { dependency: 'mail' }, correlationId: 'C1' } as ReleasedEvent
    await releaseSagas(deps, released, Number.POSITIVE_INFINITY)
    expect(callbacks.called).toHaveLength(3)
  })

  it('the reconciler of sagas starts every one that never started', async () => {
    const { api, small } = await ticketWithManyRows()
    api.runtime.advance(quietAfterMs)
    const machines = new MemoryStateMachines()
    const reconciled = await reconcileSagas(
      {
        store: small.store,
        runtime: api.runtime,
        machines,
        callbacks: new MemoryCallbacks(),
        deployedMachine: machineFinder({ notification: 'arn' }),
        observer: noopObserver,
      },
      Number.POSITIVE_INFINITY,
    )
    // Four of each of the two tenants.
    expect(reconciled).toMatchObject({ asked: 8, started: 8, complete: true })
  })
})

describe('although every page ends after one row,', () => {
  it('an archived ticket is archived, answered and put back whole', async () => {
    const system = await ArchivedSystem.create()
    const before = await system.history()
    const deps = system.deps({ store: withOneRowPages(system.tables) })
    expect(await system.archive(deps)).toEqual({ status: 'archived' })
    const paged = system.api.withStore(withArchivedEvents(withOneRowPages(system.tables), system.objects))
    const { json } = await paged.call(agent, listEvents, { params: { ticketId: system.ticketId } })
    expect(json.items).toEqual(before)
    expect(await system.restore(deps)).toBe(true)
    expect(await system.history()).toEqual(before)
  })
})

describe('although every page of the bucket ends after one object,', () => {
  it('a repair after a restore makes the same of rows, digests and files', async () => {
    const system = new RestoredSystem(4)
    await system.work(8)
    const { store, point } = await system.restore({ spread: 30 })
    const twin = await copyOf(store)
    const paged = {
      store: withOneRowPages(twin),
      digests: withOneObjectPages(system.digests),
      objects: withOneObjectPages(system.objects),
      versions: system.objects.versions,
      archives: undefined,
    }
    const { record, objects } = await repairTables(paged, point)
    const whole = await repairTables({ ...paged, store }, point)
    expect({ record, missing: objects.missing }).toEqual({ record: whole.record, missing: whole.objects.missing })
    expect(record.events.length).toBeGreaterThan(0)
    expect(await dumpStore(twin)).toEqual(await dumpStore(store))
  })

  it('a sweep handles every object', async () => {
    const objects = new MemoryObjectStore(() => 0)
    for (const name of ['a', 'b', 'c']) objects.put(`clean/${name}`, Buffer.from(name))
    const paged = withOneObjectPages(objects)
    const handled: string[] = []
    const sweep = {
      name: 'sweep-copies',
      prefix: 'clean/',
      outcomes: ['handled'] as const,
      isDue: () => true,
      handle: async ({ key }: ListedObject) => {
        handled.push(key)
        return 'handled' as const
      },
    }
    const deps = { store: new MemoryStore(), runtime: new ManualRuntime(), objects: paged, observer: noopObserver }
    expect(await sweepObjects(deps, sweep, Number.POSITIVE_INFINITY)).toMatchObject({ handled: 3, complete: true })
    expect(handled).toEqual(['clean/a', 'clean/b', 'clean/c'])
  })
})

describe('code that reads pages', () => {
  it('names every part of a day in its digest, however long the list is', async () => {
    const runtime = new ManualRuntime()
    const digests = new MemoryObjectStore(runtime.now)
    for (let seq = 1; seq <= 1_001; seq++) {
      const { key, text } = digestPart([{ aggregate: 'a'.repeat(64), seq, hash: 'b'.repeat(64) }], '2026-03-01')
      digests.put(key, Buffer.from(text))
    }
    runtime.advance(86_400_000)
    await closeDays({ runtime, digests }, runtime.now() + 60_000)
    const [{ text } = { text: '' }] = (await keptDigests(digests)).filter(({ key }) => key.startsWith('days/'))
    expect(JSON.parse(text).parts).toHaveLength(1_001)
  })

  it('goes on to the next page: only these files read one page themselves, and each is tried above', () => {
    const rootDir = resolve(import.meta.dirname, '..', '..')
    const readers = globSync('{app,domain,functions,gateways,sagas,tables}/**/*.ts', { cwd: rootDir }).filter((file) =>
      /\b(store\.(query|scan)|objects\.list)\(/.test(readFileSync(resolve(rootDir, file), 'utf8')),
    )
    expect(readers.toSorted()).toEqual([
      'app/advance-resumption.ts',
      'app/archive/archived-events.ts',
      'app/backfill.ts',
      'app/consume/missed-events.ts',
      'app/consumers/unassign-tickets.ts',
      'app/http/filtered-page.ts',
      'app/release-sagas.ts',
      'app/restore/reconcile-objects.ts',
      'app/restore/repair.ts',
      'app/sweep.ts',
      'app/views/catch-up-generation.ts',
      'functions/list-comments/list-comments.ts',
      'functions/reconcile-consumers/digest-events.ts',
      'tables/query-rows.ts',
      'tables/scan-rows.ts',
      'tables/views.ts',
    ])
  })
})
