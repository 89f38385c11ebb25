import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { projectStats, sumStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Read, Store } from '../../tables/store.ts'
import { parseStats, statsQuery } from '../../tables/views.ts'
import { FaultyStore } from './faults.ts'
import { CountingObserver, commented, event, eventBatch, opened } from './fixtures.ts'

const resolved = { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm' } } as const
const deactivated = { type: 'user.deactivated', data: {} } as const

async function counted(...events: ReturnType<typeof event>[]) {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const deps = { store, runtime, observer: new CountingObserver() }
  const { batchItemFailures } = await consumeBatch(
    deps,
    projectViews(store, runtime),
    eventBatch(events),
    runtime.now() + 8_000,
  )
  const stats = async (tenant: string) => sumStats((await store.query(statsQuery(tenant))).rows.map(parseStats))
  return { store, stats, batchItemFailures }
}

describe('the counts of tickets by status', () => {
  it('follow the events of their own tenant only', async () => {
    const { stats } = await counted(
      event('t1', 1),
      event('t1', 2, resolved, { recordedAt: '2026-03-01T11:30:00.000Z' }),
      event('t2', 1),
      event('t3', 1),
      event('t1', 1, opened, { tenant: 'umbra' }),
    )
    expect(await stats('acme')).toEqual({
      asOf: '2026-03-01T11:30:00.000Z',
      counts: { open: 2, in_progress: 0, waiting_for_customer: 0, resolved: 1, closed: 0 },
    })
    expect((await stats('umbra')).counts.open).toBe(1)
  })

  it('are zero, without a date, before the first event', async () => {
    const { stats } = await counted()
    expect(await stats('acme')).toMatchObject({ asOf: null, counts: { open: 0, closed: 0 } })
  })

  it('ignore the events of other aggregates, but advance their checkpoints', async () => {
    const { store, stats, batchItemFailures } = await counted(event('agnes', 1, deactivated, { type: 'user' }))
    expect(batchItemFailures).toEqual([])
    expect((await stats('acme')).asOf).toBeNull()
    expect((await store.scan({ table: 'Receipts' })).rows.map(parseCheckpoint)).toMatchObject([{ appliedSeq: 1 }])
  })

  it('block at an impossible event: a ticket leaves a status in which there is none', async () => {
    const { stats, batchItemFailures } = await counted(event('t1', 1, resolved), event('t1', 2))
    expect(batchItemFailures).toEqual([{ itemIdentifier: '0' }])
    expect((await stats('acme')).asOf).toBeNull()
  })

  it('include every ticket when 40 are counted at once', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const observer = new CountingObserver()
    const ids = Array.from({ length: 40 }, (_, index) => `t${index}`)
    const responses = await Promise.all(
      ids.map((id) => {
        const batch = eventBatch([event(id, 1)])
        return consumeBatch({ store, runtime, observer }, projectViews(store, runtime), batch, runtime.now() + 8_000)
      }),
    )
    expect(responses.flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([])
    expect(sumStats((await store.query(statsQuery('acme'))).rows.map(parseStats)).counts.open).toBe(40)
    expect(observer.counts.ConsumerWritesRepeated).toBeGreaterThan(0)
  })

  it('do not count as poisoned when a concurrent copy has counted the event already', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const observer = new CountingObserver()
    const events = [event('t1', 1), event('t1', 2, resolved)]
    for (const appended of events) await store.write(appendEvent(appended))
    const count = (on: Store) =>
      consumeBatch(
        { store: on, runtime, observer },
        projectViews(on, runtime),
        eventBatch(events),
        runtime.now() + 8_000,
      )
    let viewsRead = 0
    const overtaken = new (class extends FaultyStore {
      override async get(read: Read) {
        if (read.table === 'Views' && ++viewsRead === 2) await count(store)
        return super.get(read)
      }
    })(store, () => 'none')
    expect(await count(overtaken)).toEqual({ batchItemFailures: [] })
    expect(observer.errors).toEqual([])
    // The catalog, the counts, and up to where the other read models are projected.
    expect(viewsRead).toBe(3)
  })

  it('carry the number of events that they include: the sum of their tickets’ checkpoints', async () => {
    const events = ['t1', 't2', 't3'].flatMap((id) => [event(id, 1), event(id, 2, resolved), event(id, 3, commented)])
    const { store } = await counted(...events)
    const appliedSeqs = (await store.scan({ table: 'Receipts' })).rows
      .map(parseCheckpoint)
      .map(({ appliedSeq }) => appliedSeq)
    const seqs = (await store.query(statsQuery('acme'))).rows.map(parseStats).map(({ seq }) => seq)
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
    expect(sum(seqs)).toBe(sum(appliedSeqs))
    expect(sum(seqs)).toBe(9)
  })

  it('are the same bytes in whatever order the events of different tickets arrive', () => {
    const histories = ['t1', 't2', 't3'].map((id, hour) =>
      [opened, resolved, commented].map((fact, index) =>
        event(id, index + 1, fact, { recordedAt: `2026-03-01T0${hour + index}:00:00.000Z` }),
      ),
    )
    const mixes = fc.shuffledSubarray([0, 0, 0, 1, 1, 1, 2, 2, 2], { minLength: 9 })
    const bytesOf = (order: readonly number[]) => {
      const queues = histories.map((history) => [...history])
      const mixed = order.flatMap((which) => queues[which]?.shift() ?? [])
      return JSON.stringify(mixed.reduce<TicketStats | undefined>(projectStats, undefined))
    }
    const expected = bytesOf([0, 0, 0, 1, 1, 1, 2, 2, 2])
    fc.assert(fc.property(mixes, (order) => bytesOf(order) === expected))
  })
})
