import { beforeEach, describe, expect, it } from 'vitest'
import { LaggingIndexes } from '../../proof/simulate/lagging-indexes.ts'
import { everyBlockedCheckpoint } from '../../tables/checkpoints.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store } from '../../tables/store.ts'

const key = { pk: 'a', sk: '1' }
const row = (blocked: boolean, version: number): Row & typeof key => ({
  ...key,
  version,
  ...(blocked && { blockedPk: 'blocked', blockedSk: '1' }),
})

describe('an index that lags', () => {
  let nowMs: number
  let lagsMs: number[]
  let behind: number
  let store: Store

  beforeEach(() => {
    nowMs = 0
    lagsMs = []
    behind = 0
    store = new LaggingIndexes(new MemoryStore(), {
      now: () => nowMs,
      nextLagMs: () => lagsMs.shift() ?? 0,
      onBehind: () => behind++,
    })
  })

  const put = (one: Row & typeof key) => store.write({ kind: 'put', table: 'Receipts', row: one })
  const inIndex = async () => (await store.scan(everyBlockedCheckpoint)).rows
  const inTable = async () => (await store.scan({ table: 'Receipts' })).rows

  it('has a row later than its table, and lacks it longer than its table', async () => {
    lagsMs = [100, 100]
    await put(row(true, 1))
    expect(await inTable()).toEqual([row(true, 1)])
    expect(await inIndex()).toEqual([])
    nowMs = 100
    expect(await inIndex()).toEqual([row(true, 1)])
    await store.transactWrite([{ kind: 'delete', table: 'Receipts', key }], 'token')
    expect(await inTable()).toEqual([])
    expect(await inIndex()).toEqual([row(true, 1)])
    nowMs = 200
    expect(await inIndex()).toEqual([])
    expect(behind).toBe(2)
  })

  it('follows the writes of one row in their order, whatever their lags', async () => {
    lagsMs = [100, 10]
    await put(row(true, 1))
    await put(row(true, 2))
    nowMs = 50
    expect(await inIndex()).toEqual([])
    nowMs = 100
    expect(await inIndex()).toEqual([row(true, 2)])
  })

  it('follows no write that was refused', async () => {
    await put(row(true, 1))
    const when = { row: 'absent' } as const
    await store.write({ kind: 'put', table: 'Receipts', row: row(false, 2), when })
    await store.transactWrite([{ kind: 'put', table: 'Receipts', row: row(false, 2), when }], 'token')
    expect(await inIndex()).toEqual([row(true, 1)])
    expect(behind).toBe(0)
  })

  it('has from the beginning what was there before the first write', async () => {
    const inner = new MemoryStore()
    await inner.write({ kind: 'put', table: 'Receipts', row: row(true, 1) })
    store = new LaggingIndexes(inner, { now: () => nowMs, nextLagMs: () => 100, onBehind: () => behind++ })
    expect(await inIndex()).toEqual([row(true, 1)])
    await put(row(false, 2))
    expect(await inIndex()).toEqual([row(true, 1)])
  })
})
