import { describe, expect, it } from 'vitest'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { Api, customer, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { signToken, unsignedToken } from '../fixtures/tokens.ts'

const ticket = { title: 'Printer on fire', body: 'It burns.' }

describe('a token', () => {
  const claims = { sub: customer.id, tenant: 'acme', role: 'customer' }
  const extended = { header: { b64: true, crit: ['b64'] } }
  const invalid: [name: string, authorization: () => Promise<string | string[]>][] = [
    ['is missing', async () => []],
    ['has another scheme', async () => 'Basic YTpi'],
    ['is not a JWT', async () => 'Bearer nonsense'],
    ['is sent twice', async () => [`Bearer ${await signToken(claims)}`, `Bearer ${await signToken(claims)}`]],
    ['is unsigned (alg none)', async () => `Bearer ${unsignedToken(claims)}`],
    ['is signed by another key', async () => `Bearer ${await signToken(claims, { signedBy: 'another key' })}`],
    ['names an unknown key', async () => `Bearer ${await signToken(claims, { keyId: 'unknown' })}`],
    ['has expired', async () => `Bearer ${await signToken(claims, { exp: '-1m' })}`],
    ['has no expiry', async () => `Bearer ${await signToken(claims, { exp: null })}`],
    ['has another issuer', async () => `Bearer ${await signToken(claims, { iss: 'https://other.example' })}`],
    ['has another audience', async () => `Bearer ${await signToken(claims, { aud: 'other' })}`],
    ['requires an unknown extension', async () => `Bearer ${await signToken(claims, extended)}`],
    ['has no subject', async () => `Bearer ${await signToken({ tenant: 'acme', role: 'customer' })}`],
    ['has no tenant', async () => `Bearer ${await signToken({ sub: 'carla', role: 'customer' })}`],
    ['has an unknown role', async () => `Bearer ${await signToken({ ...claims, role: 'root' })}`],
    ['has key syntax in its tenant', async () => `Bearer ${await signToken({ ...claims, tenant: 'acme#TICKETS' })}`],
    ['has key syntax in its subject', async () => `Bearer ${await signToken({ ...claims, sub: 'a#USER' })}`],
    ['impersonates the system', async () => `Bearer ${await signToken({ ...claims, sub: 'steadfast:system' })}`],
  ]

  it.each(invalid)('is refused with 401, and nothing is stored, when it %s', async (_, authorization) => {
    const api = new Api()
    const headers = { Authorization: await authorization(), 'Idempotency-Key': 'k' }
    const response = await api.send(createTicket, { headers, body: ticket })
    expect(response).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    expect(response.json).toMatchObject({ type: 'https://steadfast.dev/problems/unauthenticated', retryable: false })
    expect((await api.send(listTickets, { headers })).status).toBe(401)
    expect(Object.values(await dumpStore(api.store)).flat()).toEqual([])
  })

  it('determines the tenant: no header can override it', async () => {
    const api = new Api()
    const headers = { 'X-Tenant': 'globex', tenant: 'globex' }
    await api.call(customer, createTicket, { body: ticket, headers })
    expect((await api.call(stranger, listTickets)).json.items).toEqual([])
  })

  it('is not required to read the OpenAPI document', async () => {
    expect((await new Api().send(getOpenapi, {})).json).toMatchObject({ openapi: '3.1.0' })
  })
})
