import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCost } from './cost-tests.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { anyStack, caller, needs } from './running-stack.ts'

/** A machine that runs an emulator beside may deliver a minute later. */
const pollOptions = { timeout: 60_000, interval: 100 }

/** Tenants of this run: the target may have seen others. */
const run = Date.now().toString(36)

/** Some calls at once, each followed by as many others: an emulator starts a process for each that runs at the same time. */
async function inLanes<T>(lanes: number, length: number, call: () => Promise<T>): Promise<T[]> {
  const lane = async () => {
    const results: T[] = []
    for (let i = 0; i < length; i++) results.push(await call())
    return results
  }
  return (await Promise.all(Array.from({ length: lanes }, lane))).flat()
}

describe('a ticket on a stack that was started by one command', () => {
  let stack: Awaited<ReturnType<typeof anyStack>>
  beforeAll(async () => {
    stack = await anyStack()
  }, 90_000)
  afterAll(async () => {
    expect(await stack.stop()).toBe(0)
  })

  // First, while nothing else is under way, and only on a stack that nobody else uses.
  if (process.env.STEADFAST_E2E_DATA === undefined)
    testCost(() => stack, { tickets: 1, comments: 2, duplicates: 1, attachments: 0, webhooks: 0 })

  it('takes effect once when it is sent ten times at once, and all get the same bytes', async () => {
    const customer = caller(stack, `e2e-once-${run}`, 'carla', 'customer')
    const key = crypto.randomUUID()
    const ticket = { title: 'Printer on fire', body: 'It burns.' }
    const copies = await Promise.all(Array.from({ length: 10 }, () => customer.send('POST', '/tickets', ticket, key)))
    expect(copies.map(({ status }) => status)).toEqual(Array(10).fill(201))
    expect(new Set(copies.map(({ text }) => text)).size).toBe(1)
    expect(new Set(copies.map(({ headers }) => headers.get('location'))).size).toBe(1)
    expect(copies.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(9)
    const { body } = await customer.get('/tickets')
    expect(body.items).toHaveLength(1)
  })

  it('is counted in the stats once its event has arrived', async () => {
    const agent = caller(stack, `e2e-stats-${run}`, 'ada', 'agent')
    const { body: ticket } = await agent.send('POST', '/tickets', { title: 'Count me', body: 'Once.' })
    await agent.send('POST', `/tickets/${ticket.id}/transitions`, { to: 'in_progress', reason: 'I take it' })
    await expect
      .poll(async () => (await agent.get('/stats')).body.counts, pollOptions)
      .toMatchObject({ open: 0, in_progress: 1 })
  })

  it('is found by its words, and is on the work list until it is resolved', async () => {
    const tenant = `e2e-search-${run}`
    const agent = caller(stack, tenant, 'ada', 'agent')
    const customer = caller(stack, tenant, 'carla', 'customer')
    const words = Array.from({ length: 150 }, (_, n) => `word${n}`).join(' ')
    const { body: ticket } = await customer.send('POST', '/tickets', { title: '京都 Café', body: `😀 ${words}` })
    const found = async (by: typeof agent, q: string) =>
      (await by.get(`/search?q=${encodeURIComponent(q)}`)).body.items.map(
        (item: { ticket: { id: string } }) => item.ticket.id,
      )
    for (const [by, q] of [
      [agent, 'CAFE 京都 word14'],
      [agent, '😀 word149'],
      [customer, 'wor'],
    ] as const)
      await expect.poll(() => found(by, q), pollOptions).toEqual([ticket.id])
    expect(await found(caller(stack, tenant, 'carl', 'customer'), 'cafe')).toEqual([])
    const listed = async () => (await agent.get('/work-list')).body.items.map(({ id }: { id: string }) => id)
    expect(await listed()).toEqual([ticket.id])
    await agent.send('POST', `/tickets/${ticket.id}/transitions`, { to: 'resolved', reason: 'done' })
    await expect.poll(listed, pollOptions).toEqual([])
  })

  it("is served to its tenant while another tenant's requests above the limit are refused", async ({ skip }) => {
    await needs(stack, 'tenant-limit-to-exceed', skip)
    const noisy = caller(stack, 'limited-tenant', 'nora', 'agent')
    const quiet = caller(stack, `e2e-quiet-${run}`, 'quinn', 'agent')
    const burst = (agent: typeof noisy) => inLanes(6, 10, () => agent.get('/tickets'))
    // A burst that a busy machine spreads over several windows stays below the limit of each.
    const refusal = async () => {
      refused = (await burst(noisy)).find(({ status }) => status === 429)
      return refused?.status
    }
    let refused: Awaited<ReturnType<typeof noisy.get>> | undefined
    const [, others] = await Promise.all([expect.poll(refusal, pollOptions).toBe(429), burst(quiet)])
    expect(others.map(({ status }) => status)).toEqual(Array(60).fill(200))
    expect(refused?.body).toMatchObject({ type: 'https://steadfast.dev/problems/throttled', retryable: true })
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    await expect.poll(async () => (await noisy.get('/tickets')).status, pollOptions).toBe(200)
  })

  it('tells its people by a saga each: notice and e-mail, completed', async () => {
    const admin = caller(stack, `e2e-saga-${run}`, 'root', 'admin')
    await admin.send('POST', '/users', { id: 'carla', role: 'customer', email: 'carla@example.com' })
    const { body: ticket } = await caller(stack, `e2e-saga-${run}`, 'carla', 'customer').send('POST', '/tickets', {
      title: 'Where is my order?',
      body: 'It has been a week.',
    })
    await caller(stack, `e2e-saga-${run}`, 'ada', 'agent').send('POST', `/tickets/${ticket.id}/comments`, {
      body: 'On its way.',
    })
    const sagas = async () => (await admin.get(`/tickets/${ticket.id}/sagas`)).body.items
    await expect
      .poll(async () => (await sagas()).map(({ state }: { state: string }) => state), pollOptions)
      .toEqual(['completed'])
    const notices = await caller(stack, `e2e-saga-${run}`, 'carla', 'customer').get('/notices')
    expect(notices.body.items).toHaveLength(1)
    expect(notices.body.items[0]).toMatchObject({ ticketId: ticket.id, type: 'ticket.comment_added' })
  })

  it('compensates when the mail is refused: no notice is left, and the saga tells why', async ({ skip }) => {
    await needs(stack, 'mail-that-is-refused', skip)
    const admin = caller(stack, `e2e-bounce-${run}`, 'root', 'admin')
    await admin.send('POST', '/users', { id: 'bob', role: 'customer', email: 'bob@bounce.example.com' })
    const bob = caller(stack, `e2e-bounce-${run}`, 'bob', 'customer')
    const { body: ticket } = await bob.send('POST', '/tickets', { title: 'Can you hear me?', body: 'Hello?' })
    await caller(stack, `e2e-bounce-${run}`, 'ada', 'agent').send('POST', `/tickets/${ticket.id}/comments`, {
      body: 'Yes.',
    })
    const sagas = async () => (await admin.get(`/tickets/${ticket.id}/sagas`)).body.items
    await expect
      .poll(async () => (await sagas()).map(({ state }: { state: string }) => state), pollOptions)
      .toEqual(['compensated'])
    const [{ id }] = await sagas()
    const { body: saga } = await bob.get(`/sagas/${id}`)
    expect(saga.state).toBe('compensated')
    expect(saga.reason).toBeTruthy()
    expect(saga.steps.filter(({ action }: { action: string }) => action === 'undo').length).toBeGreaterThan(0)
    expect((await bob.get('/notices')).body.items).toEqual([])
  })

  it('is watched by operators on a page that the API serves, with files that a browser may keep', async () => {
    const page = await fetch(`${stack.apiUrl}/console`)
    const html = await page.text()
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const [, script] = /src="(console\/[^"]+\.js)"/.exec(html) ?? []
    const file = await fetch(`${stack.apiUrl}/${script}`)
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(file.headers.get('cache-control')).toContain('immutable')
    expect((await file.text()).length).toBeGreaterThan(10_000)
    expect((await fetch(`${stack.apiUrl}/console/console-OLD.js`)).status).toBe(404)
  })

  it('leaves an assigned ticket without assignee when the agent is deactivated', async () => {
    const admin = caller(stack, `e2e-leaver-${run}`, 'root', 'admin')
    await admin.send('POST', '/users', { id: 'ada', role: 'agent' })
    const { body: ticket } = await admin.send('POST', '/tickets', { title: 'Who cares?', body: 'Ada does.' })
    expect((await admin.send('PUT', `/tickets/${ticket.id}/assignee`, { userId: 'ada' })).status).toBe(200)
    expect((await admin.send('POST', '/users/ada/deactivation')).status).toBe(200)
    await expect
      .poll(async () => (await admin.get(`/tickets/${ticket.id}`)).body.assignee ?? null, pollOptions)
      .toBeNull()
    expect(
      (await caller(stack, `e2e-leaver-${run}`, 'ada', 'agent').send('POST', '/tickets', { title: 'T', body: 'B' }))
        .status,
    ).toBe(403)
  })

  it('gets problems from the gateway itself too, never HTML or a bare message', async ({ skip }) => {
    await needs(stack, 'gateway-responses', skip)
    const agent = caller(stack, `e2e-gateway-${run}`, 'ada', 'agent')
    const { status, headers, body } = await agent.get('/no/such/route')
    expect(status).toBe(404)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(headers.get('x-correlation-id')).toBeTruthy()
    expect(body).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      instance: expect.any(String),
      retryable: false,
    })
  })

  it('and everything stored holds every invariant', async () => {
    await expectEveryInvariant(stack)
  })

  it('is stored as docs/schema.md says: rows of known kinds, with their attributes and no others', async () => {
    await expectKnownRows(stack)
  })
})
