import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { type Commit, commit } from '../../tables/commit.ts'
import { eventRow } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { requestKeyRow, retentionHours } from '../../tables/request-keys.ts'
import { retryLimits } from '../../tables/retries.ts'
import type { CancellationReason, Store, WriteOutcome } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'

const at = '2025-06-01T12:00:00.000Z'
const key = { tenant: 'acme', operation: 'PUT /test', key: 'k' }

function titleChange(title: string, version: number): Commit {
  const ticket: Ticket = {
    id: 't',
    title,
    status: 'open',
    priority: 'normal',
    requester: 'carla',
    version,
    openedAt: at,
    updatedAt: at,
  }
  const event: DomainEvent = {
    id: `event-${title}`,
    type: 'ticket.opened',
    data: { priority: 'normal', requester: 'carla', messageId: 'm' },
    tenant: 'acme',
    aggregate: { type: 'ticket', id: 't' },
    seq: version,
    actor: 'carla',
    occurredAt: at,
    recordedAt: at,
    correlationId: 'c',
  }
  return { tenant: 'acme', changes: [{ operation: 'put', entity: 'ticket', ticket }], event }
}

/** The same with a request; requests with the same fingerprint are copies of each other. */
function request(title: string, version: number, fingerprint = title): Commit {
  const answer = { status: 200, headers: {}, body: title }
  return { ...titleChange(title, version), request: { key, fingerprint, answer, actor: 'carla', aggregate: 'a' } }
}

/** A store whose transactions are answered by `answer` and whose other calls proceed. `sent` collects what was sent. */
function answering(inner: Store, answer: (call: number, proceed: () => Promise<unknown>) => unknown) {
  const sent: StoreCall['args'][] = []
  const store = interceptStore(inner, async (call, proceed) => {
    if (call.method !== 'transactWrite') return proceed()
    sent.push(call.args)
    return answer(sent.length, proceed)
  })
  return { store, sent }
}

const lost: WriteOutcome = { status: 'unknown', cause: new Error('socket hang up') }
const cancelled = (...reasons: CancellationReason[]): WriteOutcome => ({ status: 'cancelled', reasons })

describe('a commit', () => {
  it('stores request key, changed rows, event and outbox row in one transaction', async () => {
    const inner = new MemoryStore()
    const { store, sent } = answering(inner, (_, proceed) => proceed())
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
    expect(sent).toHaveLength(1)
    const tables = Object.entries(await dumpStore(inner)).map(([table, rows]) => [table, rows.length])
    expect(Object.fromEntries(tables)).toMatchObject({ RequestKeys: 1, Tickets: 1, Events: 1, Outbox: 1 })
  })

  it('of a decision that changes nothing stores the request key alone, under the version check', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, titleChange('first', 1))
    const { table, key: pk } = ticketRow('acme', 't')
    const unchanged = (version: number): Commit => {
      const { event: _, ...rest } = request('unchanged', version)
      const versionCheck = { kind: 'check' as const, table, key: pk, when: { attribute: 'version', equals: version } }
      return { ...rest, changes: [], versionCheck }
    }
    expect(await commit(store, runtime, unchanged(2))).toEqual({ status: 'stale' })
    expect(await allRows(store, 'RequestKeys')).toEqual([])
    expect(await commit(store, runtime, unchanged(1))).toEqual({ status: 'committed' })
    expect(await allRows(store, 'Events')).toHaveLength(1)
  })

  it('is replayed when a copy of the request is committed, even when its rows have changed since', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, request('first', 1))
    await commit(store, runtime, titleChange('second', 2))
    const before = await dumpStore(store)
    expect(await commit(store, runtime, request('first', 1))).toEqual({
      status: 'replayed',
      answer: { status: 200, headers: {}, body: 'first' },
    })
    expect(await dumpStore(store)).toEqual(before)
  })

  it('is replayed with the correlation id of the copy that was committed, not of its own', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    const copy = (correlationId: string): Commit => {
      const { request: parts, ...rest } = request('first', 1)
      return { ...rest, ...(parts && { request: { ...parts, correlationId } }) }
    }
    await commit(store, runtime, copy('one'))
    expect(await commit(store, runtime, copy('two'))).toMatchObject({ status: 'replayed', firstCorrelationId: 'one' })
  })

  it('reports a reused key when the fingerprint differs', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, request('first', 1))
    expect(await commit(store, runtime, request('other', 2))).toEqual({ status: 'keyReused' })
  })

  it('replaces the request key once it has expired, by the clock of any machine', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, request('first', 1))
    runtime.advance(retentionHours * 3_600_000 + 599_000)
    expect(await commit(store, runtime, request('other', 2))).toEqual({ status: 'keyReused' })
    runtime.advance(2_000)
    expect(await commit(store, runtime, request('other', 2))).toEqual({ status: 'committed' })
  })

  it.each<[reason: string, outcome: WriteOutcome]>([
    ['another transaction is in progress', cancelled({ code: 'none' }, { code: 'conflict' })],
    ['a row is throttled', cancelled({ code: 'none' }, { code: 'throttled' })],
    ['the request is throttled', { status: 'throttled' }],
    ['the failed request key is gone by now', cancelled({ code: 'condition' }, { code: 'none' })],
    [
      'a business condition fails beside a conflict',
      cancelled({ code: 'none' }, { code: 'condition' }, { code: 'conflict' }),
    ],
  ])('is conflicted when %s', async (_, outcome) => {
    const { store, sent } = answering(new MemoryStore(), () => outcome)
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'conflicted' })
    expect(sent).toHaveLength(1)
  })

  it('is conflicted when a copy of the request is committed, and still being applied', async () => {
    const inner = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(inner, runtime, request('first', 1))
    const row = await inner.get(requestKeyRow(key))
    const { store } = answering(inner, () =>
      cancelled({ code: 'condition', ...(row && { row }) }, { code: 'conflict' }),
    )
    expect(await commit(store, runtime, request('first', 2))).toEqual({ status: 'conflicted' })
    expect(await commit(store, runtime, request('other', 2))).toEqual({ status: 'keyReused' })
  })
})

describe('a lost answer', () => {
  it('is followed by the same bytes under the same token until an answer is definite', async () => {
    const { store, sent } = answering(new MemoryStore(), (call, proceed) => (call < 4 ? lost : proceed()))
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map((args) => JSON.stringify(args))).size).toBe(1)
  })

  it('is committed when the condition on the request key fails against its own first send', async () => {
    const inner = new MemoryStore()
    const { store } = answering(inner, async (call, proceed) => {
      if (call > 1) {
        const row = await inner.get(requestKeyRow(key))
        return cancelled({ code: 'condition', ...(row && { row }) })
      }
      await proceed()
      return lost
    })
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
    expect(await allRows(inner, 'Events')).toHaveLength(1)
  })

  it('is committed when that condition fails beside a conflict: its first send is still being applied', async () => {
    const inner = new MemoryStore()
    const { store } = answering(inner, async (call, proceed) => {
      if (call > 1) {
        const row = await inner.get(requestKeyRow(key))
        return cancelled({ code: 'condition', ...(row && { row }) }, { code: 'conflict' })
      }
      await proceed()
      return lost
    })
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
  })

  it.each(['first', 'other'])(
    'is unknown while a request key is stored that had expired, and may still be replaced (request: %s)',
    async (title) => {
      const inner = new MemoryStore()
      const runtime = new VirtualRuntime()
      await commit(inner, runtime, request('first', 1))
      runtime.advance(retentionHours * 3_600_000 + 601_000)
      const before = await dumpStore(inner)
      const { store } = answering(inner, () => lost)
      expect(await commit(store, runtime, request(title, 2))).toMatchObject({ status: 'unknown' })
      expect(await dumpStore(inner)).toEqual(before)
    },
  )

  it('is stale when a condition on another row fails, as the first send can’t take effect any more', async () => {
    const { store } = answering(new MemoryStore(), (call) =>
      call === 1 ? lost : cancelled({ code: 'none' }, { code: 'condition' }),
    )
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'stale' })
  })

  it.each<[name: string, outcome: WriteOutcome]>([
    ['a conflict', cancelled({ code: 'conflict' })],
    ['throttling', { status: 'throttled' }],
  ])('is not made definite by %s', async (_, outcome) => {
    const { store } = answering(new MemoryStore(), (call) => (call % 2 === 1 ? lost : outcome))
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toMatchObject({ status: 'unknown' })
  })

  it.each<[name: string, outcome: WriteOutcome]>([
    ['a conflict', cancelled({ code: 'none' }, { code: 'conflict' })],
    ['throttling', { status: 'throttled' }],
    ['a throttled row', cancelled({ code: 'none' }, { code: 'throttled' })],
  ])('and then %s are followed by a third send under the same token, whose answer counts', async (_, outcome) => {
    const inner = new MemoryStore()
    const { store, sent } = answering(inner, (call, proceed) => [lost, outcome][call - 1] ?? proceed())
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(([, token]) => token)).size).toBe(1)
    expect(await allRows(inner, 'Events')).toHaveLength(1)
  })

  it('is resolved by the stored request key when every answer is lost', async () => {
    const inner = new MemoryStore()
    const { store } = answering(inner, async (call, proceed) => {
      if (call === 1) await proceed()
      return lost
    })
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toEqual({ status: 'committed' })
  })

  it('is replayed when every answer is lost and a copy of the request was committed', async () => {
    const inner = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(inner, runtime, request('first', 1))
    const { store } = answering(inner, () => lost)
    expect(await commit(store, runtime, request('first', 1))).toMatchObject({ status: 'replayed' })
    expect(await commit(store, runtime, request('other', 2))).toEqual({ status: 'keyReused' })
  })

  it('stays unknown without a stored request key, at the deadline at the latest', async () => {
    const { store } = answering(new MemoryStore(), () => lost)
    const runtime = new VirtualRuntime()
    const startedAtMs = runtime.now()
    expect(await commit(store, runtime, request('first', 1))).toEqual({ status: 'unknown', cause: lost.cause })
    expect(runtime.now() - startedAtMs).toBeLessThanOrEqual(retryLimits.timeoutMs)
    expect(await commit(store, runtime, titleChange('first', 1), runtime.now())).toMatchObject({ status: 'unknown' })
  })

  it('stays unknown when the request key can’t be read', async () => {
    const store = interceptStore(new MemoryStore(), async ({ method }) => {
      if (method === 'get') throw new Error('no connection')
      return lost
    })
    expect(await commit(store, new VirtualRuntime(), request('first', 1))).toMatchObject({ status: 'unknown' })
  })
})

describe('a lost update', () => {
  const { table: events, key: second } = eventRow('acme', { type: 'ticket', id: 't' }, 2)

  it('is prevented by the condition on the header alone, even when its event is missing from the log', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    expect(await commit(store, runtime, titleChange('first', 1))).toEqual({ status: 'committed' })
    expect(await commit(store, runtime, titleChange('second', 2))).toEqual({ status: 'committed' })
    for (const table of [events, 'Outbox'] as const) await store.write({ kind: 'delete', table, key: second })
    expect(await commit(store, runtime, titleChange('stale', 2))).toEqual({ status: 'stale' })
    expect(await store.get(ticketRow('acme', 't'))).toMatchObject({ title: 'second' })
    expect(await allRows(store, 'Events')).toHaveLength(1)
  })

  it('is prevented by the condition on the event alone, even when the header was reset to an earlier version', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, titleChange('first', 1))
    await commit(store, runtime, titleChange('second', 2))
    const { table, key: header } = ticketRow('acme', 't')
    await store.write({ kind: 'update', table, key: header, set: { version: 1 } })
    expect(await commit(store, runtime, titleChange('edited', 2))).toEqual({ status: 'stale' })
    expect(await store.get({ table: events, key: second })).toMatchObject({ id: 'event-second' })
  })
})
