import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { bundleConsole } from '../../localstack/steadfast/console/bundle-console.ts'
import type { ConsoleSources } from '../../localstack/steadfast/console/sources.ts'
import { showRowChanges } from '../../proof/console/show-row-changes.ts'
import { startStubConsole } from './stub-console.ts'

const gzippedBytesMax = 150_000

const closing: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.reverse().splice(0)) await close()
})

/** The console behind a server of its own, with sources that are told. */
async function serveConsole(sources: Partial<ConsoleSources> = {}) {
  const { port, listeners, rowListeners, asked, stop } = await startStubConsole(sources)
  closing.push(stop)
  const send = (path: string, { method = 'GET', headers = {} }: { method?: string; headers?: object } = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const outgoing = httpRequest({
        port,
        host: '127.0.0.1',
        method,
        path: `/_steadfast/console${path}`,
        headers: { ...headers },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        let text = ''
        const end = () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
        incoming.on('data', (chunk) => {
          text += chunk
          // A stream does not end by itself.
          if (text.includes('event: hello')) incoming.destroy()
        })
        incoming.on('close', end)
      })
      outgoing.end()
    })
  return { send, listeners, rowListeners, asked, port }
}

describe('the console', () => {
  it('is a page that loads its own files, within its size', async () => {
    const { html, script, style, icon } = await bundleConsole()
    const bytes = [html, script, style, icon].reduce((sum, text) => sum + gzipSync(text).length, 0)
    expect(bytes).toBeLessThan(gzippedBytesMax)
    expect(script.length).toBeGreaterThan(10_000)
    expect(`${html}${style}`).not.toMatch(/https?:\/\/(?!www\.w3\.org)|<script>|style="/)
    const { send } = await serveConsole()
    const types = await Promise.all(
      ['/', '/console.js', '/console.css', '/icon.svg'].map(async (path) => {
        const { status, headers } = await send(path)
        return [status, headers['content-type']]
      }),
    )
    expect(types).toEqual([
      [200, 'text/html; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
      [200, 'text/css; charset=utf-8'],
      [200, 'image/svg+xml; charset=utf-8'],
    ])
    expect((await send('')).headers.location).toBe('/_steadfast/console/')
  })

  it.each(['/', '/events', '/life?ticket=1', '/nowhere', '/check'])(
    'answers %s with its policy, and nothing is kept',
    async (path) => {
      const { headers } = await (await serveConsole()).send(path)
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      const policy = String(headers['content-security-policy'])
      expect(policy).toMatch(/default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/)
      expect(policy).not.toMatch(/unsafe|\*|data:|https?:/)
    },
  )

  it.each([
    ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page whose origin is another one', { origin: 'http://localhost:3000' }, 403],
    ['its own page', { 'sec-fetch-site': 'same-origin' }, 202],
    ['a program', {}, 202],
  ])('takes a command from %s: %j → %i', async (_who, headers, status) => {
    const { send } = await serveConsole()
    expect((await send('/check', { method: 'POST', headers })).status).toBe(status)
    const stream = await send('/events', { headers })
    expect(stream.status).toBe(status === 403 ? 403 : 200)
  })

  it.each([
    ['5', 200],
    ['0', 422],
    ['21', 422],
    ['1.5', 422],
    ['', 422],
  ])('sends %j equal requests: %i', async (copies, status) => {
    const { send } = await serveConsole()
    expect((await send(`/double-click?copies=${copies}`, { method: 'POST' })).status).toBe(status)
  })

  it.each([
    ['unique=100&copies=3', 200],
    ['unique=2001&copies=3', 422],
    ['unique=100&copies=11', 422],
    ['unique=0.5&copies=3', 422],
    ['', 422],
  ])('runs a load of %j: %i', async (query, status) => {
    const { send } = await serveConsole()
    expect((await send(`/load?${query}`, { method: 'POST' })).status).toBe(status)
  })

  it('plays only what there is, and goes on only with the play under way', async () => {
    const ended = Promise.withResolvers<void>()
    const allowed: number[] = []
    const mutants = [{ name: 'no-guard', says: '' }]
    const { send, port } = await serveConsole({
      scenarios: async () => [{ name: 'a', title: '', shows: '', guard: '', mutants }],
      play: () => ({ ended: ended.promise, go: (upTo) => allowed.push(upTo), stop: async () => ended.resolve() }),
    })
    const post = async (path: string) => (await send(path, { method: 'POST' })).status
    for (const path of ['/play', '/play?scenario=b', '/play?scenario=a&mutant=other'])
      expect(await post(path)).toBe(422)
    const leave = new AbortController()
    const address = `http://127.0.0.1:${port}/_steadfast/console/play?scenario=a&mutant=no-guard`
    const play = await fetch(address, { method: 'POST', signal: leave.signal })
    const first = await play.body?.getReader().read()
    const { id } = JSON.parse(Buffer.from(first?.value ?? []).toString())
    const next = (upTo: string, of = id) => post(`/play/next?play=${of}&upTo=${upTo}`)
    expect([await next('1'), await next('1'), await next('0'), await next('1.5'), await next('1', 'another')]).toEqual([
      202, 202, 422, 422, 404,
    ])
    expect(allowed).toEqual([1, 1])
    leave.abort()
    await ended.promise
    await expect.poll(() => next('2')).toBe(404)
  })

  it('changes nothing by a GET', async () => {
    const { send } = await serveConsole()
    expect((await send('/check')).status).toBe(405)
    expect((await send('/double-click?copies=2')).status).toBe(405)
    expect((await send('/play?scenario=a')).status).toBe(405)
    expect((await send('/life?ticket=1', { method: 'DELETE' })).status).toBe(405)
  })

  it('asks for what the address names, and for nothing else', async () => {
    const { send, asked } = await serveConsole()
    const statuses = []
    for (const path of [
      '/life?ticket=t1',
      '/life?key=a%20b',
      '/row?table=Tickets&pk=p&sk=s',
      '/saga?tenant=acme&id=s1',
      '/life',
      '/saga?id=s1',
      '/row?table=Tickets',
      '/rows?table=Tickets&contains=a%20b',
      '/rows',
      '/replay?ticket=t1&to=2&from=0',
      '/replay?ticket=t1&to=-1',
      '/replay?ticket=t1&from=',
      '/replay?to=1',
    ])
      statuses.push((await send(path)).status)
    expect(statuses).toEqual([404, 404, 404, 404, 422, 422, 422, 404, 422, 404, 422, 422, 422])
    expect(asked).toEqual([
      { ticket: 't1' },
      { key: 'a b' },
      { table: 'Tickets', pk: 'p', sk: 's' },
      { tenant: 'acme', id: 's1' },
      { table: 'Tickets', contains: 'a b' },
      { ticket: 't1', to: 2, from: 0 },
    ])
  })

  it.each([
    ['GET', '/api/acme/sagas?state=parked', undefined],
    ['GET', '/api/acme/sagas/resumptions/r1', undefined],
    ['POST', '/api/acme/sagas/resumptions', 'k1'],
    ['GET', '/api/acme/blocked', undefined],
    ['GET', '/api/acme/holds', undefined],
    ['PUT', '/api/acme/holds/webhook%3Ashop', 'k1'],
    ['DELETE', '/api/acme/holds/mail', 'k1'],
    ['POST', '/api/acme/blocked/b1/redrive', 'k1'],
    ['POST', '/api/acme/sagas/s1/resume', 'k1'],
    ['POST', '/api/acme/sagas/s1/run-now', 'k1'],
  ])('asks the operator API for its pages: %s %s', async (method, path, key) => {
    const { send, asked } = await serveConsole()
    const { status, headers } = await send(path, { method, headers: key ? { 'idempotency-key': key } : {} })
    expect([status, headers['idempotent-replayed']]).toEqual([200, 'true'])
    expect(asked).toEqual([{ tenant: 'acme', method, path: path.slice('/api/acme'.length), ...(key && { key }) }])
  })

  it.each([
    ['a command without a key', 'POST', '/api/acme/sagas/s1/resume', {}],
    ['a command by GET', 'GET', '/api/acme/sagas/s1/resume', {}],
    ['another part of the API', 'POST', '/api/acme/tickets', { 'idempotency-key': 'k' }],
    ['what climbs out', 'GET', '/api/acme/sagas/../tickets', {}],
    ['what climbs out in code', 'GET', '/api/acme/sagas%2f..%2ftickets', {}],
    ['no tenant', 'GET', '/api/sagas', {}],
    ['a tenant that is none', 'GET', '/api/a%20b/sagas', {}],
    [
      'a page of another site',
      'POST',
      '/api/acme/sagas/s1/resume',
      { 'sec-fetch-site': 'cross-site', 'idempotency-key': 'k' },
    ],
  ])('asks nothing of the operator API for %s', async (_what, method, path, headers) => {
    const { send, asked } = await serveConsole()
    expect([403, 404]).toContain((await send(path, { method, headers })).status)
    expect(asked).toEqual([])
  })

  it('listens to the stack only while somebody watches', async () => {
    const { send, listeners } = await serveConsole()
    await send('/')
    expect(listeners.size).toBe(0)
    await send('/events')
    expect(listeners.size).toBe(1)
  })

  it('tells what happened to a row, as the stack recorded it, and records only while somebody watches', async () => {
    const { send, port, rowListeners } = await serveConsole({
      rowChanges: async ({ table, ...recorded }) => showRowChanges({ table, ...recorded }),
    })
    const ask = (query: string) => send(`/row-changes?${query}`)
    expect([(await ask('table=Sagas&pk=p&sk=s')).status, rowListeners.size]).toEqual([404, 0])
    const leave = new AbortController()
    const stream = fetch(`http://127.0.0.1:${port}/_steadfast/console/events`, { signal: leave.signal })
    await expect.poll(() => rowListeners.size).toBe(1)
    const key = { pk: { S: 'p' }, sk: { S: 's' } }
    for (const listen of rowListeners)
      listen({ atMs: 0, tableName: 'steadfast-Sagas', key, before: undefined, after: JSON.stringify(key) })
    const { status, text } = await ask('table=Sagas&pk=p&sk=s')
    expect([status, JSON.parse(text).changes]).toEqual([
      200,
      [{ at: '1970-01-01T00:00:00.000Z', before: {}, after: { pk: 'p', sk: 's' } }],
    ])
    const others = ['table=Sagas', 'pk=p', 'table=Tickets&pk=p&sk=s', 'table=__proto__&pk=p']
    expect(await Promise.all(others.map(async (query) => (await ask(query)).status))).toEqual([422, 422, 404, 404])
    leave.abort()
    await stream.catch(() => {})
  })

  it('sends no header, no body and no address of what happens', async () => {
    const { send, listeners, port } = await serveConsole()
    const stream = fetch(`http://127.0.0.1:${port}/_steadfast/console/events`)
    await expect.poll(() => listeners.size).toBe(1)
    const line = { at: '', kind: 'mail', what: 'jane@example.com: Hello', outcome: 'sent' } as const
    const secret = 'planted-secret'
    for (const listen of listeners) {
      listen(line, { kind: 'mail', mail: { subject: 'Hello', to: ['jane@example.com'], text: secret } } as never)
      listen(
        { ...line, kind: 'request', what: 'POST /tickets', outcome: '201' },
        {
          kind: 'request',
          method: 'POST',
          path: '/tickets',
          status: 201,
          ms: 1,
          requestHeaders: { authorization: secret },
          responseHeaders: { 'set-cookie': secret },
        },
      )
      listen(
        { ...line, kind: 'message', what: 'a → b' },
        {
          kind: 'message',
          queueName: 'a',
          functionName: 'b',
          messageId: 'm',
          body: secret,
          outcome: 'delivered',
          ms: 1,
        },
      )
    }
    let text = ''
    for await (const chunk of (await stream).body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString()
      if (text.includes('event: batch')) break
    }
    expect(text).toContain('"what":"Hello"')
    expect(text).toContain('"queue a delivered":1')
    expect(text).not.toMatch(/planted-secret|jane@/)
    expect((await send('/nowhere')).status).toBe(404)
  })
})
