import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { Api, admin, type Call } from '../fixtures/api.ts'
import { signToken } from '../fixtures/tokens.ts'

const bytesMax = 32 * 1024
const kilobytes = 127 * 1024

const members = (name: (n: number) => string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), '1']))

/** What an attacker sends to get a long answer. */
const hostile: [what: string, call: Call][] = [
  ['10,000 unknown members', { body: members((n) => `member${n}`, 10_000) }],
  ['50 unknown members with long names', { body: members((n) => `${n}${'x'.repeat(2_000)}`, 50) }],
  ['names of control characters', { body: members((n) => `${n}${'\u0001'.repeat(300)}`, 50) }],
  ['one member with an endless name', { body: { ['~/'.repeat(kilobytes / 2 - 10)]: 1 } }],
  ['an endless value', { body: { title: 'x'.repeat(kilobytes), body: 1, to: 'x', events: Array(1_000).fill(7) } }],
  ['many invalid items', { body: { events: Array(20_000).fill('no such event'), url: 'x' } }],
  ['endless nesting', { body: `{"title":${'['.repeat(60_000)}${']'.repeat(60_000)}}` }],
  ['no JSON', { body: 'x'.repeat(kilobytes) }],
  ['a long Idempotency-Key', { body: {}, key: 'k'.repeat(8_000) }],
  ['a long If-Match', { body: {}, ifMatch: '"x'.repeat(3_000) }],
  ['unknown query parameters', { query: members((n) => `q${n}`, 2_000) }],
  [
    'repeated query parameters',
    { query: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`q${n}`, ['1', '2']])) },
  ],
  ['a long cursor and limit', { query: { cursor: 'x'.repeat(8_000), limit: '9'.repeat(8_000) } }],
]

describe('the response to a hostile request', () => {
  it.each(hostile)('stays below 32 KB, from every operation: %s', async (_, call) => {
    const api = new Api()
    for (const endpoint of endpoints.filter(({ roles }) => roles !== 'anyone')) {
      const names = [...endpoint.operation.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'x'])
      const { text, status } = await api.call(admin, endpoint, { params: Object.fromEntries(names), ...call })
      expect([endpoint.operation, status < 500, text.length < bytesMax]).toEqual([endpoint.operation, true, true])
      expect(Buffer.byteLength(text)).toBeLessThan(bytesMax)
    }
  })

  it('stays below 32 KB when the token is endless', async () => {
    const long = '\u0001'.repeat(6_000)
    const tokens = [
      await signToken({ sub: 'a' }, { iss: long }),
      await signToken({ sub: 'a' }, { keyId: long }),
      await signToken({ sub: long, tenant: long, role: long }),
    ]
    for (const token of tokens) {
      const response = await new Api().send(listTickets, { headers: { Authorization: `Bearer ${token}` } })
      expect(response.status).toBe(401)
      expect(Buffer.byteLength(response.text)).toBeLessThan(bytesMax)
    }
  })
})

describe('what is invalid about a request', () => {
  const errorsOf = async (endpoint: Endpoint, call: Call) => {
    const { json, status } = await new Api().call(admin, endpoint, call)
    expect(status).toBe(422)
    return json as unknown as { errors: { pointer: string }[]; omittedErrors?: number }
  }

  it('is listed up to 50 errors, with the number of those left out', async () => {
    const text = { title: 't', body: 'b' }
    for (const [count, listed, omitted] of [
      [49, 49, undefined],
      [50, 50, undefined],
      [51, 50, 1],
      [10_000, 50, 9_950],
    ] as const) {
      const { errors, omittedErrors } = await errorsOf(createTicket, {
        body: { ...text, ...members((n) => `m${n}`, count) },
      })
      expect([count, errors.length, omittedErrors]).toEqual([count, listed, omitted])
    }
  })

  it('is named by a pointer that is cut off when it is long', async () => {
    const { errors } = await errorsOf(createTicket, { body: { title: 't', body: 'b', ['x'.repeat(500)]: 1 } })
    expect(errors).toMatchObject([{ pointer: `/${'x'.repeat(78)}…`, detail: 'is not a known member' }])
  })
})
