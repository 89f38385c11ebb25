import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { retryLimits } from '../../tables/retries.ts'
import type { CancellationReason } from '../../tables/store.ts'
import { Api, customer } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { type Intercept, interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'

const request = { body: { title: 'Printer on fire', body: 'It burns.' }, key: 'k' }
const problem = (slug: string) => `https://steadfast.dev/problems/${slug}`
const lost = { status: 'unknown', cause: new Error('socket hang up') }

/** An API with one registered customer, and the same API on a store whose calls `intercept` intercepts. */
async function faultyApi(intercept: Intercept) {
  const api = new Api()
  await api.openTicket(customer)
  return { api, faulty: api.withStore(interceptStore(api.store, intercept)) }
}

const isWrite = ({ method }: StoreCall) => method === 'transactWrite'

/** Replaces the result of the first `times` calls that `which` selects. */
function failing(
  which: (call: StoreCall) => boolean,
  times: number,
  response: (call: StoreCall) => unknown,
): Intercept {
  let left = times
  return async (call, proceed) => (which(call) && left-- > 0 ? response(call) : proceed())
}

const conflict = (call: StoreCall) =>
  call.method === 'transactWrite'
    ? {
        status: 'cancelled',
        reasons: call.args[0].map((_, index): CancellationReason => ({ code: index === 1 ? 'conflict' : 'none' })),
      }
    : { status: 'conflict' }
const throttled = (call: StoreCall) =>
  call.method === 'batchRead'
    ? { rows: [], unprocessed: call.args[0].map((_, index) => index) }
    : { status: 'throttled' }
const throttledRow = (call: StoreCall) =>
  call.method === 'transactWrite' && { status: 'cancelled', reasons: call.args[0].map(() => ({ code: 'throttled' })) }

describe('a write that meets a conflicting transaction or throttling', () => {
  const transient: [name: string, which: (call: StoreCall) => boolean, response: (call: StoreCall) => unknown][] = [
    ['TransactionConflict while writing', isWrite, conflict],
    // Who has met one reads a snapshot, which can meet the next.
    ['TransactionConflict while writing and reading', (call) => call.method !== 'batchRead', conflict],
    ['throttling while writing', isWrite, throttled],
    ['throttling of a row', isWrite, throttledRow],
    ['throttling while reading', (call) => !isWrite(call), throttled],
  ]

  it.each(transient)('is retried and takes effect once: %s', async (_, which, response) => {
    const { api, faulty } = await faultyApi(failing(which, 5, response))
    expect((await faulty.call(customer, createTicket, request)).status).toBe(201)
    expect(await allRows(api.store, 'RequestKeys')).toHaveLength(2)
  })

  it.each(transient)(
    'is given up before the timeout with a retryable 409, and stores nothing: %s',
    async (_, which, response) => {
      const { api, faulty } = await faultyApi(failing(which, Number.POSITIVE_INFINITY, response))
      const before = await dumpStore(api.store)
      const startedAtMs = api.runtime.now()
      const refused = await faulty.call(customer, createTicket, request)
      expect(refused).toMatchObject({ status: 409, headers: { 'Retry-After': '1' } })
      expect(refused.json).toMatchObject({ type: problem('write-conflict'), retryable: true })
      expect(api.runtime.now() - startedAtMs).toBeLessThanOrEqual(retryLimits.timeoutMs)
      expect(await dumpStore(api.store)).toEqual(before)
      expect((await api.call(customer, createTicket, request)).status).toBe(201)
    },
  )

  it('waits between attempts with exponential backoff and full jitter', async () => {
    const startedAtMs: number[] = []
    const { faulty } = await faultyApi(async (call, proceed) => {
      if (!isWrite(call)) return proceed()
      startedAtMs.push(faulty.runtime.now())
      return conflict(call)
    })
    await faulty.call(customer, createTicket, request)
    const delays = startedAtMs.slice(1).map((at, index) => at - (startedAtMs[index] ?? 0))
    expect(Math.max(...delays.slice(0, 3))).toBeLessThan(retryLimits.firstDelayMsMax * 4)
    expect(Math.max(...delays)).toBeGreaterThan(retryLimits.firstDelayMsMax * 4)
    expect(Math.max(...delays)).toBeLessThanOrEqual(retryLimits.delayMsMax)
    expect(new Set(delays).size).toBeGreaterThan(5)
  })
})

describe('a write whose response is lost', () => {
  it('is resolved by resending the same bytes with the same token, and takes effect once', async () => {
    const sent: string[] = []
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      sent.push(JSON.stringify(call.args))
      const outcome = await proceed()
      return sent.length < 3 ? lost : outcome
    })
    const response = await faulty.call(customer, createTicket, request)
    expect(response.status).toBe(201)
    expect(response.headers).not.toHaveProperty('Idempotent-Replayed')
    expect(new Set(sent).size).toBe(1)
    expect(await once(api)).toBe(true)
  })

  it('is resolved by its request key when DynamoDB no longer knows the token', async () => {
    let sends = 0
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      if (++sends === 1) await proceed()
      if (sends === 1) return lost
      return api.store.transactWrite(call.args[0], `forgotten-${sends}`)
    })
    const response = await faulty.call(customer, createTicket, request)
    expect([response.status, response.headers['Idempotent-Replayed']]).toEqual([201, undefined])
    expect(await once(api)).toBe(true)
  })

  it('is resolved by reading its request key when no resend gets a response', async () => {
    let sends = 0
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      if (++sends === 1) await proceed()
      return lost
    })
    expect((await faulty.call(customer, createTicket, request)).status).toBe(201)
    expect(await once(api)).toBe(true)
  })

  it('is not given up for a conflict with its own first attempt', async () => {
    let sends = 0
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      sends++
      if (sends === 1) return lost
      if (sends === 2) return conflict(call)
      return proceed()
    })
    expect((await faulty.call(customer, createTicket, request)).status).toBe(201)
    expect(await once(api)).toBe(true)
  })

  it('is answered with 503 when its outcome stays unknown, and repeating it with the same key resolves it', async () => {
    let sends = 0
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      if (call.method === 'get') throw new Error('socket hang up')
      if (call.method !== 'transactWrite') return proceed()
      if (++sends === 1) await proceed()
      return lost
    })
    const unknown = await faulty.call(customer, createTicket, request)
    expect(unknown).toMatchObject({ status: 503, headers: { 'Retry-After': '1' } })
    expect(unknown.json).toMatchObject({ type: problem('outcome-unknown'), retryable: true })
    expect(unknown.json.detail).toMatch(/same key is safe/)
    const again = await api.call(customer, createTicket, request)
    expect([again.status, again.headers['Idempotent-Replayed']]).toEqual([201, 'true'])
    expect(await once(api)).toBe(true)
  })

  it('is answered with 503 when it never arrived, stores nothing, and can be repeated', async () => {
    const { api, faulty } = await faultyApi(async (call, proceed) => (isWrite(call) ? lost : proceed()))
    const before = await dumpStore(api.store)
    const unknown = await faulty.call(customer, createTicket, request)
    expect(unknown).toMatchObject({ status: 503, json: { type: problem('outcome-unknown'), retryable: true } })
    expect(await dumpStore(api.store)).toEqual(before)
    expect((await api.call(customer, createTicket, request)).status).toBe(201)
    expect(await once(api)).toBe(true)
  })

  it('takes effect once when its first send arrives last, whether or not DynamoDB still knows the token', async () => {
    for (const token of ['known', 'forgotten']) {
      const late: StoreCall[] = []
      const { api, faulty } = await faultyApi(async (call, proceed) => {
        if (!isWrite(call) || late.length > 0) return proceed()
        late.push(call)
        return lost
      })
      expect((await faulty.call(customer, createTicket, request)).status).toBe(201)
      const stored = await dumpStore(api.store)
      const [first] = late
      if (first?.method !== 'transactWrite') throw new Error('nothing was sent')
      const [writes, ownToken] = first.args
      await api.store.transactWrite(writes, token === 'known' ? ownToken : 'forgotten')
      expect(await dumpStore(api.store)).toEqual(stored)
    }
  })

  it('registers its actor once when the response to the registration is lost', async () => {
    const api = new Api()
    let lostAnswers = 0
    const faulty = api.withStore(
      interceptStore(api.store, async (call, proceed) => {
        const outcome = await proceed()
        return isWrite(call) && lostAnswers++ < 1 ? lost : outcome
      }),
    )
    expect((await faulty.call(customer, createTicket, request)).status).toBe(201)
    expect((await allRows(api.store, 'Events')).map(({ type }) => type).toSorted()).toEqual([
      'ticket.opened',
      'user.registered',
    ])
  })
})

describe('a function that crashes', () => {
  const points = [1, 2, 3, 4].flatMap((number) => (['before', 'after'] as const).map((when) => [when, number] as const))

  it.each(points)(
    '%s its database call %i leaves no partial effect, and repeating the request takes effect once',
    async (when, number) => {
      const api = new Api()
      const dying = api.withStore(
        interceptStore(api.store, async (call, proceed) => {
          if (call.number === number && when === 'before') return new Promise(() => {})
          const outcome = await proceed()
          return call.number === number ? new Promise(() => {}) : outcome
        }),
      )
      const dead = dying.call(customer, createTicket, request)
      const ended = Symbol('still waiting')
      expect(await Promise.race([dead, afterAllElse(ended)])).toBe(ended)
      const {
        Tickets: tickets = [],
        RequestKeys: keys = [],
        Events: events = [],
        Outbox: outbox = [],
      } = await dumpStore(api.store)
      expect(events).toHaveLength(outbox.length)
      expect(tickets.filter(({ sk }) => sk === 'HEADER')).toHaveLength(keys.length)
      expect((await api.call(customer, createTicket, request)).status).toBe(201)
      const stored = await dumpStore(api.store)
      expect([stored.RequestKeys?.length, stored.Events?.length, stored.Outbox?.length]).toEqual([1, 2, 2])
    },
  )
})

describe('a read', () => {
  it('is answered with a retryable 503 when the database is unavailable', async () => {
    const timeout = Object.assign(new Error('connect timed out'), { name: 'TimeoutError' })
    const refusedConnection = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const fault = Object.assign(new Error('internal'), { $metadata: { httpStatusCode: 500 } })
    for (const error of [timeout, refusedConnection, fault]) {
      const { faulty } = await faultyApi(() => Promise.reject(error))
      const response = await faulty.call(customer, getTicket, { params: { ticketId: 't' } })
      expect(response).toMatchObject({ status: 503, json: { type: problem('unavailable'), retryable: true } })
      expect((await faulty.call(customer, createTicket, request)).status).toBe(503)
    }
  })

  it('is answered with 500 that reveals nothing of the cause when it fails unexpectedly', async () => {
    const { faulty } = await faultyApi(() => Promise.reject(new Error('secret table name')))
    const response = await faulty.call(customer, listEvents, { params: { ticketId: 't' } })
    expect(response).toMatchObject({ status: 500, json: { type: problem('internal-error'), retryable: true } })
    expect(response.text).not.toMatch('secret')
  })
})

describe('a comment', () => {
  it('is committed together with its ticket, or not at all', async () => {
    const { api, faulty } = await faultyApi(async (call, proceed) => {
      const outcome = await proceed()
      if (call.method === 'transactWrite') {
        const rows = call.args[0].map(({ table }) => table)
        expect(rows).toEqual(['RequestKeys', 'Tickets', 'Tickets', 'Events', 'Outbox'])
      }
      return outcome
    })
    const ticketId = await api.openTicket(customer)
    expect((await faulty.call(customer, addComment, { params: { ticketId }, body: { body: 'b' } })).status).toBe(201)
    expect(
      (await faulty.call(customer, addComment, { params: { ticketId: 'none' }, body: { body: 'b' } })).status,
    ).toBe(404)
  })
})

/** Whether the request took effect exactly once, besides the ticket that the setup opened. */
async function once(api: Api): Promise<boolean> {
  const {
    Tickets: tickets = [],
    RequestKeys: keys = [],
    Events: events = [],
    Outbox: outbox = [],
  } = await dumpStore(api.store)
  const counts = [tickets.filter(({ sk }) => sk === 'HEADER'), keys, events, outbox].map(({ length }) => length)
  return counts.join() === '2,2,3,3'
}

async function afterAllElse<T>(value: T): Promise<T> {
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  return value
}
