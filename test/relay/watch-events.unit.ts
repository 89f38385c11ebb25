import type { Context, DynamoDBRecord } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backgroundHandler } from '../../app/background-handler.ts'
import { watchEvents } from '../../functions/watch-events/watch-events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { CountingObserver } from './fixtures.ts'

const keys = { pk: { S: 'TENANT#acme#TICKET#t1' }, sk: { S: '000000000002' } }
const changed: DynamoDBRecord = {
  eventName: 'MODIFY',
  eventID: '1',
  dynamodb: { Keys: keys, OldImage: { ...keys, actor: { S: 'agnes' } }, NewImage: { ...keys, actor: { S: 'arno' } } },
}
const removed: DynamoDBRecord = { eventName: 'REMOVE', eventID: '2', dynamodb: { Keys: keys, OldImage: keys } }
const added: DynamoDBRecord = { eventName: 'INSERT', eventID: '3', dynamodb: { Keys: keys, NewImage: keys } }

const reference = {
  tenant: 'acme',
  ticketId: 't1',
  seq: 2,
  key: 'acme/t1/2-a.json',
  sha256: 'a',
  archivedAt: '2026-03-01T12:00:00.000Z',
  revision: 1,
}

describe('a recorded event', () => {
  it('is reported when it is changed or removed, but not when it is added', async () => {
    const observer = new CountingObserver()
    await watchEvents(
      { observer, store: new MemoryStore(), runtime: new VirtualRuntime() },
      { Records: [changed, added, removed] },
    )
    expect(observer.counts).toEqual({ HistoryTampered: 2 })
    expect(observer.errors).toHaveLength(2)
  })

  const removedAt = (at: string): DynamoDBRecord => ({
    ...removed,
    dynamodb: { ...removed.dynamodb, ApproximateCreationDateTime: Date.parse(at) / 1_000 },
  })

  it.each([
    ['is not when it was archived', reference, removedAt('2026-03-01T12:00:00.000Z'), {}],
    ['is when it is later than the archive', { ...reference, seq: 1 }, removed, { HistoryTampered: 1 }],
    ['is when an archived one is changed', reference, changed, { HistoryTampered: 1 }],
    [
      'is not when it was archived and is back by now',
      { ...reference, restoredAt: '2026-03-01T12:00:05.000Z' },
      removedAt('2026-03-01T12:00:00.000Z'),
      {},
    ],
    [
      'is when it is removed after it was put back',
      { ...reference, restoredAt: '2026-03-01T12:00:05.000Z' },
      removedAt('2026-03-01T12:00:06.000Z'),
      { HistoryTampered: 1 },
    ],
  ])('%s', async (_, row, record, counts) => {
    const observer = new CountingObserver()
    const store = new MemoryStore()
    await store.write({ kind: 'put', table: 'Tickets', row: { pk: keys.pk.S, sk: 'ARCHIVE', ...row } })
    await watchEvents({ observer, store, runtime: new VirtualRuntime() }, { Records: [record] })
    expect(observer.counts).toEqual(counts)
  })
})

describe('a removal that is announced while its transaction is still being applied', () => {
  it('is recognized as archived: the reference is read in a snapshot', async () => {
    const observer = new CountingObserver()
    const inner = new MemoryStore()
    const row = { pk: keys.pk.S, sk: 'ARCHIVE', ...reference }
    let asked = 0
    // Plain reads don't see the reference yet, and the first snapshot meets the transaction.
    const store = interceptStore(inner, async ({ method }, proceed) => {
      if (method === 'get' || method === 'batchRead')
        throw new Error('a plain read may see the transaction half applied')
      if (method !== 'transactRead' || asked++ > 0) return proceed()
      await inner.write({ kind: 'put', table: 'Tickets', row })
      return { status: 'conflicted' }
    })
    await watchEvents({ observer, store, runtime: new VirtualRuntime() }, { Records: [removed] })
    expect(observer.counts).toEqual({})
    expect(asked).toBe(2)
  })
})

describe('the output of a background function', () => {
  const lines: string[] = []
  const context = { functionName: 'watch-events', getRemainingTimeInMillis: () => 10_000 } as Context

  beforeEach(() => {
    lines.length = 0
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0)
    for (const method of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockImplementation((line) => lines.push(String(line)))
    vi.stubEnv('POWERTOOLS_DEV', 'true')
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'watch-events')
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  it('is JSON: one line with both images, one with the metric', async () => {
    await backgroundHandler(async (_: object, observer) =>
      watchEvents({ observer, store: new MemoryStore(), runtime: new VirtualRuntime() }, { Records: [changed] }),
    )({}, context)
    const logged = lines.map((line) => JSON.parse(line))
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 'ERROR',
        keys,
        before: changed.dynamodb?.OldImage,
        after: changed.dynamodb?.NewImage,
      }),
    )
    expect(logged).toContainEqual(expect.objectContaining({ HistoryTampered: 1 }))
  })

  it('includes the metrics of work that failed, and its deadline is two seconds before the timeout', async () => {
    let leftMs = 0
    const failing = backgroundHandler(async (_: object, observer, deadlineMs) => {
      leftMs = deadlineMs - Date.now()
      observer.count('MessagesRetried')
      throw new Error('crash')
    })
    await expect(failing({}, context)).rejects.toThrow('crash')
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ MessagesRetried: 1 }))
    expect(leftMs).toBeLessThanOrEqual(8_000)
  })
})
