import { describe, expect, it } from 'vitest'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { releaseBudget, reserveBudget } from '../../sagas/notification/budget.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { hourOf, SendCounter, type SendReservation, sendShards, sendsPerHourMax } from '../../tables/send-quota.ts'

const hourMs = 3_600_000

function context(store: MemoryStore, id: string, nowMs: number, tenant = 'acme') {
  return { saga: { tenant, id, correlationId: 'C' }, input: {}, results: {}, nowMs, store, tools: {} }
}

async function reserve(store: MemoryStore, runtime: ManualRuntime, id: string, nowMs: number, tenant?: string) {
  for (let attempt = 0; attempt < 50; attempt++) {
    const plan = await reserveBudget(context(store, id, nowMs, tenant)).catch(() => undefined)
    if (plan?.plan !== 'write') return undefined
    const { status } = await store.transactWrite(plan.writes, runtime.newId())
    if (status === 'committed') return plan.result
  }
  throw new Error('never got through')
}

async function release(store: MemoryStore, runtime: ManualRuntime, result: SendReservation | undefined, nowMs: number) {
  const plan = await releaseBudget({ ...context(store, 'a', nowMs), result })
  if (plan.plan === 'write' && plan.writes.length > 0) await store.transactWrite(plan.writes, runtime.newId())
}

async function counters(store: MemoryStore) {
  return (await store.scan({ table: 'Quotas' })).rows.map((row) => SendCounter.parse(row))
}

const used = async (store: MemoryStore) => (await counters(store)).reduce((sum, each) => sum + each.used, 0)
const idOf = (number: number) => number.toString(16).padStart(6, '0').repeat(6)

describe("a tenant's hourly send budget", () => {
  it('is never exceeded, however many sagas reserve at once', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const wanted = sendsPerHourMax + 60
    let granted = 0
    for (let number = 0; number < wanted; number += 20) {
      // All start at the same shard, and use it up in the middle of a batch.
      const batch = Array.from({ length: 20 }, (_, index) =>
        reserve(store, runtime, idOf((number + index) * sendShards), 0),
      )
      granted += (await Promise.all(batch)).filter(Boolean).length
    }
    expect(granted).toBe(sendsPerHourMax)
    expect(await used(store)).toBe(sendsPerHourMax)
    await expect(reserveBudget(context(store, idOf(7), 0))).rejects.toThrow('used up')
    expect(await reserveBudget(context(store, idOf(7), 0, 'other'))).toMatchObject({ plan: 'write' })
  })

  it('starts again with the next hour, on the same rows', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    for (let hour = 0; hour < 5; hour++)
      for (let number = 0; number < 40; number++) await reserve(store, runtime, idOf(number), hour * hourMs)
    expect(await used(store)).toBe(40)
    expect((await counters(store)).length).toBe(sendShards)
  })

  it('starts again on a row that a clock a year ahead has written', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const oneYear = 365 * 24 * hourMs
    for (let number = 0; number < 40; number++) await reserve(store, runtime, idOf(number), oneYear)
    for (let number = 0; number < 40; number++) await reserve(store, runtime, idOf(number), hourMs)
    expect((await counters(store)).map(({ hour }) => hour)).toEqual(Array(sendShards).fill(1))
    expect(await used(store)).toBe(40)
  })

  it('counts for the later hour when clocks differ', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    expect(await reserve(store, runtime, idOf(0), 5 * hourMs)).toMatchObject({ hour: 5 })
    expect(await reserve(store, runtime, idOf(0), 5 * hourMs - 1)).toMatchObject({ hour: 5 })
    expect(await used(store)).toBe(2)
  })
})

describe('an hour that turns between read and write', () => {
  /** Another saga's reservation in the next hour, after this saga's read and before its write. */
  async function turned(store: MemoryStore, runtime: ManualRuntime) {
    await reserve(store, runtime, idOf(0), hourMs)
    await reserve(store, runtime, idOf(0), hourMs)
  }

  it('keeps a release from being taken off the sends of the new hour', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const reserved = await reserve(store, runtime, idOf(0), 0)
    const plan = await releaseBudget({ ...context(store, idOf(0), 0), result: reserved })
    if (plan.plan !== 'write') throw new Error('a release is planned')
    expect(plan.writes).toHaveLength(1)
    await turned(store, runtime)
    expect((await store.transactWrite(plan.writes, runtime.newId())).status).toBe('cancelled')
    expect(await counters(store)).toEqual([{ hour: hourOf(hourMs), used: 2 }])
    // Planned again, as a step does after a write that did not take effect. Another that can't take effect would fail the undo.
    expect(await releaseBudget({ ...context(store, idOf(0), hourMs), result: reserved })).toEqual({
      plan: 'write',
      writes: [],
    })
    expect(await counters(store)).toEqual([{ hour: hourOf(hourMs), used: 2 }])
  })

  it.each([
    ['first', 0],
    ['second', 1],
  ])(
    'keeps the %s reservation of the old hour from being counted in the new one, until it is planned again',
    async (_, before) => {
      const store = new MemoryStore()
      const runtime = new ManualRuntime()
      for (let count = 0; count < before; count++) await reserve(store, runtime, idOf(0), 0)
      const plan = await reserveBudget(context(store, idOf(0), hourMs - 1))
      if (plan.plan !== 'write') throw new Error('a reservation is planned')
      await turned(store, runtime)
      expect((await store.transactWrite(plan.writes, runtime.newId())).status).toBe('cancelled')
      expect(await counters(store)).toEqual([{ hour: hourOf(hourMs), used: 2 }])
      expect(await reserve(store, runtime, idOf(0), hourMs)).toMatchObject({ hour: hourOf(hourMs) })
      expect(await used(store)).toBe(3)
    },
  )
})

describe('a released send', () => {
  it('is available again within its hour, and changes nothing later', async () => {
    const store = new MemoryStore()
    const runtime = new ManualRuntime()
    const first = await reserve(store, runtime, idOf(0), 0)
    const second = await reserve(store, runtime, idOf(0), 0)
    await release(store, runtime, first, 0)
    expect(await used(store)).toBe(1)
    await reserve(store, runtime, idOf(0), hourMs)
    await release(store, runtime, second, hourMs)
    expect(await counters(store)).toEqual([{ hour: hourOf(hourMs), used: 1 }])
  })

  it('changes nothing when it was never reserved', async () => {
    const store = new MemoryStore()
    await release(store, new ManualRuntime(), undefined, 0)
    expect(await counters(store)).toEqual([])
  })
})
