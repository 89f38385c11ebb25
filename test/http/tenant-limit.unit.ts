import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../app/http/problem.ts'
import { TenantLimit, type TenantLimits, windowMs } from '../../app/http/tenant-limit.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { Api, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const limits: TenantLimits = { requestsPerSecond: 20, overrides: { large: 100 } }
/** The limit of a window: 20 requests per second for 10 seconds, taken in portions of a hundredth. */
const max = 200
const portion = 2

/** Environments that share one counter, each with a clock of its own. */
function environments(count: number, { store = new MemoryStore() as Store, limits: own = limits } = {}) {
  const writes = { count: 0 }
  const failures: unknown[] = []
  const counted = interceptStore(store, (_, proceed) => {
    writes.count++
    return proceed()
  })
  const all = Array.from({ length: count }, () => {
    const runtime = new ManualRuntime()
    return {
      runtime,
      limit: new TenantLimit(own, { store: counted, runtime, onFailure: (error) => failures.push(error) }),
    }
  })
  const advance = (ms: number) => {
    for (const { runtime } of all) runtime.advance(ms)
  }
  return { all, writes, failures, store, advance }
}

/** Whether the environment serves one more request; the problem when it does not. */
async function served({ limit }: { limit: TenantLimit }, tenant = 'acme'): Promise<true | Problem> {
  try {
    await limit.admit(tenant)
    return true
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

async function countServed(environment: { limit: TenantLimit }, requests: number, tenant = 'acme'): Promise<number> {
  let count = 0
  for (let n = 0; n < requests; n++) if ((await served(environment, tenant)) === true) count++
  return count
}

describe('the limit per tenant', () => {
  it('refuses nobody below it, however the requests are spread over environments', async () => {
    const spread = fc.array(fc.nat({ max: 29 }), { minLength: max - portion, maxLength: max - portion })
    await fc.assert(
      fc.asyncProperty(spread, async (path) => {
        const { all } = environments(30)
        for (const index of path) expect(await served(all[index] as (typeof all)[0])).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('holds over all environments together: each exceeds it by one portion at most', async () => {
    for (const count of [1, 2, 10, 50]) {
      const { all } = environments(count)
      const served = await Promise.all(all.map((environment) => countServed(environment, 500)))
      const total = served.reduce((sum, each) => sum + each, 0)
      expect(total).toBeGreaterThanOrEqual(max)
      expect(total).toBeLessThanOrEqual(max + count * portion)
    }
  })

  it('of one tenant takes nothing from another', async () => {
    const { all } = environments(4)
    for (const environment of all) await countServed(environment, 500, 'noisy')
    for (const environment of all) expect(await countServed(environment, 50, 'quiet')).toBe(50)
  })

  it('is another for tenants that have their own', async () => {
    const { all } = environments(1)
    const [one] = all as [(typeof all)[0]]
    expect(await countServed(one, 3_000, 'large')).toBe(1_000 + 10)
    expect(await countServed(one, 3_000, 'constructor')).toBe(max + portion)
  })

  it('ends with its window: whoever waits for Retry-After is served', async () => {
    const { all, advance } = environments(2)
    const [one] = all as [(typeof all)[0]]
    advance(windowMs - 3_500)
    await countServed(one, 500)
    const refused = await served(one)
    expect(refused).toMatchObject({ slug: 'throttled', status: 429, retryable: true, headers: { 'Retry-After': '4' } })
    advance(4_000)
    expect(await countServed(one, max)).toBe(max)
  })

  it('never says to wait for no time', async () => {
    const { all, advance } = environments(1)
    const [one] = all as [(typeof all)[0]]
    advance(windowMs - 1)
    await countServed(one, 500)
    expect(await served(one)).toMatchObject({ headers: { 'Retry-After': '1' } })
  })
})

describe('what the limit costs', () => {
  it('is nothing for a tenant with few requests', async () => {
    const { all, writes, advance } = environments(10)
    for (let window = 0; window < 5; window++) {
      for (const environment of all) expect(await countServed(environment, portion)).toBe(portion)
      advance(windowMs)
    }
    expect(writes.count).toBe(0)
  })

  it('is one write per portion for a busy one, and one more per environment when the limit is reached', async () => {
    const { all, writes } = environments(8)
    for (const environment of all) await countServed(environment, 1_000)
    expect(writes.count).toBeLessThanOrEqual(max / portion + all.length)
  })

  it('is one row per tenant and window, which expires', async () => {
    const { all, store, advance } = environments(2)
    for (let window = 0; window < 2; window++) {
      for (const environment of all) await countServed(environment, 20)
      advance(windowMs)
    }
    const rows = await allRows(store, 'RateLimits')
    const nowSeconds = Date.parse('2026-03-01T12:00:00.000Z') / 1_000
    expect(rows).toMatchObject([
      { tenant: 'acme', taken: 36, expiresAt: nowSeconds + 10 + 3_600 },
      { tenant: 'acme', taken: 36, expiresAt: nowSeconds + 20 + 3_600 },
    ])
  })
})

describe('a wrong clock', () => {
  it.each([
    ['a window ahead', windowMs],
    ['a window behind', -windowMs],
    ['a year ahead', 365 * 86_400_000],
  ])('limits nobody else, now or later: %s', async (_, skewMs) => {
    const { all, advance } = environments(3)
    const [wrong, ...right] = all as [(typeof all)[0], ...typeof all]
    wrong.runtime.advance(skewMs)
    await countServed(wrong, 40)
    for (let window = 0; window < 3; window++) {
      expect(await countServed(right[0] as typeof wrong, 80)).toBe(80)
      expect(await countServed(right[1] as typeof wrong, 70)).toBe(70)
      advance(windowMs)
    }
  })

  it('that is set back is a window like any other', async () => {
    const { all } = environments(1)
    const [one] = all as [(typeof all)[0]]
    await countServed(one, 500)
    one.runtime.advance(-windowMs)
    expect(await countServed(one, 50)).toBe(50)
  })
})

describe('a limit that cannot be enforced', () => {
  it('lets requests through until the window ends, is reported, and is tried once per window', async () => {
    const store = interceptStore(new MemoryStore(), () => Promise.reject(new Error('no answer')))
    const { all, writes, failures, advance } = environments(1, { store })
    const [one] = all as [(typeof all)[0]]
    for (let window = 1; window <= 2; window++) {
      expect(await countServed(one, 1_000)).toBe(1_000)
      expect([writes.count, failures.length]).toEqual([window, window])
      advance(windowMs)
    }
  })
})

describe('a request above the limit', () => {
  it('gets 429 whether it reads, writes, repeats one that took effect, or lacks the role; and stores nothing', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const params = { ticketId }
    const comment = { params, body: { body: 'Hello.' }, key: 'once' }
    const first = await api.call(customer, addComment, comment)
    const { runtime, store } = api
    const onFailure = (error: unknown) => {
      throw error
    }
    api.tenantLimit = new TenantLimit({ requestsPerSecond: 1 }, { store, runtime, onFailure })
    let last = await api.call(customer, getTicket, { params })
    for (let n = 0; n < 20 && last.status === 200; n++) last = await api.call(customer, getTicket, { params })
    const throttled = {
      status: 429,
      headers: { 'Retry-After': expect.stringMatching(/^\d+$/), 'Content-Type': 'application/problem+json' },
      json: { type: 'https://steadfast.dev/problems/throttled', title: 'Too many requests', retryable: true },
    }
    const before = (await allRows(store, 'Tickets')).length
    expect(last).toMatchObject(throttled)
    expect(await api.call(customer, addComment, { ...comment, key: 'another' })).toMatchObject(throttled)
    expect(await api.call(customer, addComment, comment)).toMatchObject(throttled)
    expect(await allRows(store, 'Tickets')).toHaveLength(before)
    expect((await api.call(stranger, getTicket, { params })).status).toBe(404)
    runtime.advance(Number(last.headers['Retry-After']) * 1_000)
    const replayed = await api.call(customer, addComment, comment)
    expect([replayed.text, replayed.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
  })
})
