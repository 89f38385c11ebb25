import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { serve } from '../../app/http/http-handler.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Key, Row } from '../../tables/store.ts'
import { apiEvent } from '../fixtures/api-event.ts'
import { allRows } from '../fixtures/dump.ts'
import { authenticate, bearerTokenFor, type Person } from '../fixtures/tokens.ts'

const jane: Person = { tenant: 'acme', id: 'jane.doe@example.com', role: 'customer' }

/** The log lines of one request. */
async function logged(
  person: Person | undefined,
  endpoint: Endpoint,
  body?: unknown,
  { requestId = 'R1', store = new MemoryStore() } = {},
) {
  let keys: object = {}
  const lines: Record<string, unknown>[] = []
  const line = (message: unknown, ...fields: unknown[]) => {
    lines.push({ message, ...keys, ...Object.assign({}, ...fields) })
  }
  const logger = { appendKeys: (more: object) => (keys = { ...keys, ...more }), info: line, error: line }
  const headers = {
    'Idempotency-Key': 'k',
    ...(person && { Authorization: `Bearer ${await bearerTokenFor(person)}` }),
  }
  const event = apiEvent({ operation: endpoint.operation, headers, body, requestId })
  event.requestContext.identity.sourceIp = '203.0.113.7'
  const deps = { store, runtime: new ManualRuntime(), authenticate }
  await serve(endpoint, event, deps, { logger, count() {} })
  return lines
}

describe('the log line of a request', () => {
  it("names the tenant, the gateway's request and the caller by a hash, whether it succeeds or is refused", async () => {
    const caller = expect.stringMatching(/^[0-9a-f]{16}$/)
    const common = { requestId: 'R1', operation: 'POST /tickets', tenant: 'acme', caller }
    const text = { title: 'Private title', body: 'Private body' }
    expect(await logged(jane, createTicket, text)).toMatchObject([{ ...common, status: 201 }])
    expect(await logged(jane, createTicket, {})).toMatchObject([{ ...common, status: 422, problem: 'invalid-request' }])
  })

  it('has the same hash for all requests of one person, and for no other person or tenant', async () => {
    const hash = async (person: Person) => (await logged(person, listTickets))[0]?.caller
    const hashes = [
      await hash(jane),
      await hash({ ...jane, role: 'agent' }),
      await hash({ ...jane, id: 'jon.doe@example.com' }),
      await hash({ ...jane, tenant: 'globex' }),
    ]
    expect(hashes[1]).toBe(hashes[0])
    expect(new Set(hashes).size).toBe(3)
  })

  it('names the event that the request has made, and its trace, so that both lead to everything that follows', async () => {
    const [line] = await logged(jane, createTicket, { title: 'Private title', body: 'Private body' })
    expect(line).toMatchObject({ correlationId: 'R1', aggregate: { type: 'ticket' }, seq: 1 })
    expect(line?.eventId).toBeTypeOf('string')
    expect(line?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  it('of a duplicate leads to the request that took effect: only that one has an event, and effects', async () => {
    const store = new MemoryStore()
    const text = { title: 'Private title', body: 'Private body' }
    const log = (requestId: string) => logged(jane, createTicket, text, { requestId, store })
    expect((await log('R1'))[0]).not.toHaveProperty('firstCorrelationId')
    expect(await log('R2')).toMatchObject([{ correlationId: 'R2', replayed: true, firstCorrelationId: 'R1' }])
    expect(await log('R3')).toMatchObject([{ correlationId: 'R3', replayed: true, firstCorrelationId: 'R1' }])
    // A client that repeats its own correlation id needs no second one.
    expect((await log('R1'))[0]).not.toHaveProperty('firstCorrelationId')
  })

  it('of a duplicate does without where an earlier version stored the first one', async () => {
    const store = new MemoryStore()
    const text = { title: 'Private title', body: 'Private body' }
    await logged(jane, createTicket, text, { store })
    const [row] = await allRows(store, 'RequestKeys')
    if (!row) throw new Error('no request key was stored')
    const { correlationId, ...earlier } = row
    expect(correlationId).toBe('R1')
    await store.write({ kind: 'put', table: 'RequestKeys', row: earlier as Row & Key })
    const [line] = await logged(jane, createTicket, text, { requestId: 'R2', store })
    expect(line).toMatchObject({ status: 201, replayed: true })
    expect(line).not.toHaveProperty('firstCorrelationId')
  })

  it('has no personal data: no subject, no text and no address', async () => {
    const text = JSON.stringify(await logged(jane, createTicket, { title: 'Private title', body: 'Private body' }))
    expect(text).not.toMatch(/jane|doe|Private|203\.0\.113/)
  })

  it('names a user that the request has created by the hash that names callers', async () => {
    const admin: Person = { ...jane, id: 'root', role: 'admin' }
    const [line] = await logged(admin, createUser, { id: jane.id, role: 'customer' })
    const [own] = await logged(jane, listTickets)
    expect(line).toMatchObject({ status: 201, aggregate: { type: 'user', id: own?.caller } })
    expect(JSON.stringify(line)).not.toContain('jane')
  })

  it('has the source address when the token is not valid, as nobody else can be named', async () => {
    const [line] = await logged(undefined, createTicket, {})
    expect(line).toMatchObject({ status: 401, sourceIp: '203.0.113.7', requestId: 'R1' })
    expect(line).not.toHaveProperty('caller')
  })

  it('has no address of someone who reads the public document', async () => {
    expect(JSON.stringify(await logged(undefined, getOpenapi))).not.toContain('203.0.113')
  })
})
