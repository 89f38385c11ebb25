import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { serve } from '../../app/http/http-handler.ts'
import { ProblemBody } from '../../app/http/problem.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { Api, admin, agent, type Call, customer, type ParsedResponse } from '../fixtures/api.ts'
import { apiEvent } from '../fixtures/api-event.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { authenticate, bearerTokenFor, type Person } from '../fixtures/tokens.ts'

const text = { title: 'Printer on fire', body: 'It burns.' }

/** Expects a problem response of the documented form, and that nothing was stored. Returns what distinguishes the problem. */
async function refused(person: Person, endpoint: Endpoint, call: Call | ((ticketId: string) => Call)) {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  for (const person of [agent, admin]) await api.openTicket(person)
  const before = await dumpStore(api.store)
  const response = await api.call(person, endpoint, typeof call === 'function' ? call(ticketId) : call)
  expect(await dumpStore(api.store)).toEqual(before)
  return summary(response)
}

function summary({ status, headers, json }: ParsedResponse) {
  const problem = ProblemBody.parse(json)
  expect(headers['Content-Type']).toBe('application/problem+json')
  expect(problem.instance).toContain(headers['X-Correlation-Id'])
  expect(problem).toMatchObject({ status, retryable: false, detail: expect.stringMatching(/./) })
  return { status, type: problem.type.split('/').at(-1), pointers: problem.errors?.map(({ pointer }) => pointer) }
}

describe('an Idempotency-Key', () => {
  const missing = { status: 400, type: 'idempotency-key-missing' }
  const malformed = { status: 400, type: 'idempotency-key-malformed' }
  const bad: [name: string, key: string | null, headers: Call['headers'], expected: object][] = [
    ['missing', null, {}, missing],
    ['empty', '', {}, malformed],
    ['blank', '   ', {}, malformed],
    ['an empty quoted string', '""', {}, malformed],
    ['256 characters long', 'k'.repeat(256), {}, malformed],
    ['256 characters long in quotes', `"${'k'.repeat(256)}"`, {}, malformed],
    ['not ASCII', 'schlüssel', {}, malformed],
    ['with a space', 'a b', {}, malformed],
    ['with a comma', 'a,b', {}, malformed],
    ['with a backslash', 'a\\b', {}, malformed],
    ['with a quote', 'a"b', {}, malformed],
    ['half quoted', '"abc', {}, malformed],
    ['quoted twice', '""abc""', {}, malformed],
    ['with a control character', 'a\u0007b', {}, malformed],
    ['quoted with parameters', '"abc";x=1', {}, malformed],
    ['repeated', null, { 'Idempotency-Key': ['a', 'b'] }, malformed],
    ['repeated with one value', null, { 'Idempotency-Key': ['a', 'a'] }, malformed],
    ['repeated in two spellings of the name', 'a', { 'idempotency-key': 'a' }, malformed],
  ]

  it.each(bad)('is refused with 400 when it is %s', async (_, key, headers, expected) => {
    expect(await refused(customer, createTicket, { body: text, key, headers: headers ?? {} })).toMatchObject(expected)
  })

  it.each([['DELETE'], ['POST'], ['PUT']])('is required by every %s', async (method) => {
    const { endpoints } = await import('../../proof/openapi/endpoints.ts')
    const some = endpoints.filter(({ operation }) => operation.startsWith(method))
    expect(some.length).toBeGreaterThan(0)
    for (const endpoint of some) expect(await refused(admin, endpoint, { key: null })).toMatchObject(missing)
  })

  it('may consist of up to 255 of all allowed characters', async () => {
    const allowed = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).filter(
      (c) => !'",\\'.includes(c),
    )
    const api = new Api()
    for (const key of [allowed.join(''), 'k'.repeat(255), `"${'k'.repeat(255)}"`, "'quoted'", '#a#', '{}'])
      expect([key, (await api.call(customer, createTicket, { body: text, key })).status]).toEqual([key, 201])
  })
})

describe('a body', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const bad: [name: string, body: unknown, expected: object][] = [
    ['not JSON', '{"title":', { status: 400, type: 'malformed-json' }],
    ['empty', '', { status: 400, type: 'malformed-json' }],
    ['JSON with something after it', '{} {}', { status: 400, type: 'malformed-json' }],
    ['NaN', '{"title": NaN}', { status: 400, type: 'malformed-json' }],
    ['an array', '[]', { status: 422, type: 'invalid-request', pointers: [''] }],
    ['null', 'null', { status: 422, type: 'invalid-request', pointers: [''] }],
    ['a string', '"x"', { status: 422, type: 'invalid-request', pointers: [''] }],
    ['300 KB', JSON.stringify({ ...text, body: 'x'.repeat(300 * 1024) }), { status: 413, type: 'body-too-large' }],
    ['300 KB of no JSON', 'x'.repeat(300 * 1024), { status: 413, type: 'body-too-large' }],
    ['deeply nested', deep(60_000), { status: 422, type: 'invalid-request' }],
    ['deeply nested in a member', `{"title":${deep(60_000)},"body":"b"}`, { status: 422, pointers: ['/title'] }],
    ['without its members', {}, { status: 422, pointers: ['/title', '/body'] }],
    [
      'with unknown members',
      { ...text, status: 'closed', 'a/b~c': 1 },
      { status: 422, pointers: ['/status', '/a~1b~0c'] },
    ],
    [
      'with __proto__',
      '{"title":"t","body":"b","__proto__":{"role":"admin"}}',
      { status: 422, pointers: ['/__proto__'] },
    ],
    ['with a number as text', { ...text, title: 1 }, { status: 422, pointers: ['/title'] }],
    ['with null as text', { ...text, title: null }, { status: 422, pointers: ['/title'] }],
    ['with an empty title', { ...text, title: '' }, { status: 422, pointers: ['/title'] }],
    ['with an empty body', { ...text, body: '' }, { status: 422, pointers: ['/body'] }],
    ['with a title of 201 characters', { ...text, title: 'x'.repeat(201) }, { status: 422, pointers: ['/title'] }],
    ['with a body of 32,769 characters', { ...text, body: 'x'.repeat(32_769) }, { status: 422, pointers: ['/body'] }],
    ['with a lone surrogate', '{"title":"\\ud800","body":"b"}', { status: 422, pointers: ['/title'] }],
    ['with a trailing surrogate', '{"title":"t","body":"b\\udc00"}', { status: 422, pointers: ['/body'] }],
    ['with NUL', '{"title":"t\\u0000","body":"b"}', { status: 422, pointers: ['/title'] }],
    ['with an unknown priority', { ...text, priority: 'asap' }, { status: 422, pointers: ['/priority'] }],
  ]

  it.each(bad)('is refused when it is %s', async (_, body, expected) => {
    expect(await refused(customer, createTicket, { body })).toMatchObject(expected)
  })

  it('is refused with 400 when its bytes are not UTF-8', async () => {
    const event = apiEvent({
      operation: createTicket.operation,
      headers: { Authorization: `Bearer ${await bearerTokenFor(customer)}`, 'Idempotency-Key': 'k' },
    })
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('base64')
    const { store, runtime } = new Api()
    const telemetry = { logger: { appendKeys() {}, info() {}, error() {} }, count() {} }
    const deps = { store, runtime, authenticate }
    const response = await serve(createTicket, { ...event, body, isBase64Encoded: true }, deps, telemetry)
    expect([response.statusCode, JSON.parse(response.body).type]).toEqual([
      400,
      'https://steadfast.dev/problems/malformed-json',
    ])
  })

  it('is refused by every operation, with a pointer to each invalid member', async () => {
    const params = (ticketId: string) => ({ ticketId })
    expect(await refused(agent, addComment, (id) => ({ params: params(id), body: { text: 'x' } }))).toMatchObject({
      pointers: ['/body', '/text'],
    })
    expect(
      await refused(agent, changeStatus, (id) => ({ params: params(id), body: { to: 'done', reason: '' } })),
    ).toMatchObject({
      pointers: ['/to', '/reason'],
    })
    expect(
      await refused(agent, changeStatus, (id) => ({
        params: params(id),
        body: { to: 'open', reason: 'x'.repeat(501) },
      })),
    ).toMatchObject({ pointers: ['/reason'] })
    expect(await refused(agent, assignTicket, (id) => ({ params: params(id), body: { userId: 'a#b' } }))).toMatchObject(
      {
        pointers: ['/userId'],
      },
    )
    for (const [body, pointers] of [
      [{ corrects: { seq: 0 }, to: { title: 'x' }, reason: '' }, ['/corrects/seq', '/to/title', '/to', '/reason']],
      [{ corrects: { seq: 1 }, to: {}, reason: 'r' }, ['/to']],
      [{ corrects: { seq: 1.5 }, to: { assignee: 'a#b' }, reason: 'r' }, ['/corrects/seq', '/to/assignee']],
    ] as const)
      expect(await refused(admin, correctTicket, (id) => ({ params: params(id), body }))).toMatchObject({ pointers })
    const user = { id: 'steadfast:system', role: 'boss', name: '', email: 'nobody' }
    expect(await refused(admin, createUser, { body: user })).toMatchObject({
      pointers: ['/id', '/role', '/name', '/email'],
    })
    expect(await refused(admin, deactivateUser, { params: { userId: customer.id }, body: { why: 'x' } })).toMatchObject(
      {
        pointers: ['/why'],
      },
    )
  })

  const kept: [name: string, words: string][] = [
    ['emoji', '🔥👩‍👩‍👧‍👦🇩🇪'],
    ['right-to-left marks', '\u202e\u200fשלום\u2069'],
    ['white space around', '  \t\r\n x \u00a0 '],
    ['combining characters, not normalized', 'e\u0301 \u00e9'],
    ['markup and quotes', '<script>"\'`$ {x}</script>\\'],
    ['DynamoDB key syntax', 'TENANT#acme#TICKET#1 :v0 #pk'],
    ['200 emoji', '🔥'.repeat(200)],
  ]

  it.each(kept)('is kept exactly as sent: %s', async (_, words) => {
    const api = new Api()
    const created = await api.call(customer, createTicket, { body: { title: words, body: words } })
    const read = await api.call(customer, getTicket, { params: { ticketId: created.json.id } })
    expect([created.json.title, read.json.title, read.json.body]).toEqual([words, words, words])
  })

  it('may have 32,768 three-byte characters, and the largest response fits into its row', async () => {
    const rowBytesMax = 400 * 1024
    for (const character of ['字', '\u0001', '"']) {
      const api = new Api()
      const body = { title: character.repeat(200), body: character.repeat(character === '\u0001' ? 20_000 : 32_768) }
      expect((await api.call(customer, createTicket, { body })).status).toBe(201)
      for (const row of Object.values(await dumpStore(api.store)).flat())
        expect(Buffer.byteLength(JSON.stringify(row))).toBeLessThan(rowBytesMax)
    }
  })
})

describe('an id in a path', () => {
  const ids = [
    'a#b',
    'TENANT#acme#TICKET#1',
    '..',
    '../users',
    'a/b',
    '%',
    '%2e%2e',
    'ü',
    '\0',
    ' ',
    '-x',
    'x'.repeat(65),
    ':v0',
  ]

  it.each(ids)('is not found when no resource can have it: %j', async (ticketId) => {
    const notFound = { status: 404, type: 'not-found' }
    expect(await refused(agent, getTicket, { params: { ticketId } })).toMatchObject(notFound)
    expect(await refused(agent, addComment, { params: { ticketId }, body: { body: 'b' } })).toMatchObject(notFound)
    if (ticketId.length < 65 && ticketId !== '-x')
      expect(await refused(admin, deactivateUser, { params: { userId: ticketId } })).toMatchObject(notFound)
  })

  it('is not found when it is not valid percent-encoding', async () => {
    const call = { params: { ticketId: '%zz' }, gatewayDecodes: true }
    expect(await refused(agent, getTicket, call)).toMatchObject({ status: 404 })
  })
})

describe('If-Match', () => {
  it.each(['1', '"1', 'W/1', '"1" "2"', '', ' , ', '*, "1"', '"1', '"1"x'])(
    'is refused with 400 when it is malformed: %j',
    async (ifMatch) => {
      const call = (ticketId: string) => ({ params: { ticketId }, body: { body: 'b' }, ifMatch })
      expect(await refused(customer, addComment, call)).toMatchObject({ status: 400, type: 'malformed-header' })
    },
  )
})

describe('a query', () => {
  const bad: [name: string, query: Record<string, string | string[]>, pointers: string[]][] = [
    ['limit 0', { limit: '0' }, ['/limit']],
    ['limit 101', { limit: '101' }, ['/limit']],
    ['limit 1.5', { limit: '1.5' }, ['/limit']],
    ['limit many', { limit: 'many' }, ['/limit']],
    ['no limit', { limit: '' }, ['/limit']],
    ['a limit in hexadecimal', { limit: '0x10' }, ['/limit']],
    ['a limit with an exponent', { limit: '1e1' }, ['/limit']],
    ['a limit with a space', { limit: ' 5' }, ['/limit']],
    ['an unknown status', { status: 'done' }, ['/status']],
    ['key syntax', { assignee: 'a#b' }, ['/assignee']],
    ['an unknown parameter', { order: 'asc' }, ['/order']],
    ['a repeated parameter', { status: ['open', 'closed'] }, ['/status']],
  ]

  it.each(bad)('is refused with 422: %s', async (_, query, pointers) => {
    expect(await refused(agent, listTickets, { query })).toMatchObject({
      status: 422,
      type: 'invalid-request',
      pointers,
    })
  })

  it('is refused with 422 by a write, which has no query parameters', async () => {
    const call = { query: { dryRun: 'true' }, body: text }
    expect(await refused(customer, createTicket, call)).toMatchObject({ status: 422, pointers: ['/dryRun'] })
  })
})

describe('every response', () => {
  it('carries the correlation id of the request if it is valid, and the request id of the gateway otherwise', async () => {
    const api = new Api()
    const id = async (value: string | string[]) => {
      const response = await api.call(agent, listTickets, { headers: { 'X-Correlation-Id': value }, requestId: 'made' })
      return response.headers['X-Correlation-Id']
    }
    expect(await id('mine-1')).toBe('mine-1')
    for (const invalid of ['', 'a b', 'ü', 'x'.repeat(129), 'a\r\nX: y']) expect(await id(invalid)).toBe('made')
    expect(await id(['a', 'b'])).toBe('made')
  })
})
