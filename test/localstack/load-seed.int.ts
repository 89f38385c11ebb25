import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSamples, loadSeed } from '../../localstack/steadfast/seed/load.ts'
import { Seed } from '../../localstack/steadfast/seed/seed.ts'
import { ensureTokenKeys } from '../../localstack/steadfast/token-keys.ts'

const closers: (() => unknown)[] = []
let dataDir: string
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'steadfast-samples-'))
  closers.push(() => rmSync(dataDir, { recursive: true }))
  await ensureTokenKeys(dataDir)
})
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close()
})

/** An API that keeps one effect per tenant and key, as the real one; `status` may refuse a request by its running number. */
async function api(status: (request: number) => number = () => 201) {
  const effects = new Map<string, string>()
  let requests = 0
  const server = createServer(async (request, response) => {
    for await (const _chunk of request);
    const answer = status(requests++)
    const { tenant } = JSON.parse(atob(String(request.headers.authorization).split('.')[1] ?? '')) as { tenant: string }
    const key = `${tenant} ${request.headers['idempotency-key']}`
    if (answer < 300)
      effects.set(key, effects.get(key) ?? `${request.method} ${request.url?.replace(/[0-9a-f-]{36}/, 'ID')}`)
    const problem = { type: 'https://steadfast.example/problems/user-exists' }
    response.writeHead(answer).end(JSON.stringify(answer === 409 ? problem : { id: crypto.randomUUID() }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  closers.push(() => server.closeAllConnections())
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, effects, requests: () => requests }
}

describe('the sample data', () => {
  it('are two tenants with users, six tickets and their history', async () => {
    const { apiUrl, effects } = await api()
    await loadSamples({ apiUrl, dataDir })
    const calls = [...effects].map(([key, call]) => `${key.split(' ')[0]} ${call}`)
    expect(new Set(calls.map((call) => call.split(' ')[0]))).toEqual(new Set(['acme', 'globex']))
    expect(calls.filter((call) => call.endsWith('POST /tickets'))).toHaveLength(6)
    expect(calls.filter((call) => call.endsWith('POST /users'))).toHaveLength(7)
  })

  it('are loaded once per data folder', async () => {
    const { apiUrl, requests } = await api()
    await loadSamples({ apiUrl, dataDir })
    const sent = requests()
    await loadSamples({ apiUrl, dataDir })
    expect(requests()).toBe(sent)
  })

  it('are loaded with the same keys after an interrupted load, and after a retryable response', async () => {
    const whole = await api()
    await loadSamples({ apiUrl: whole.apiUrl, dataDir })
    for (const note of ['samples-loaded', 'seeded.ndjson']) rmSync(join(dataDir, note))
    let refusesAll = true
    const { apiUrl, effects } = await api((request) => (refusesAll && request > 12 ? 400 : request === 3 ? 503 : 201))
    await expect(loadSamples({ apiUrl, dataDir })).rejects.toThrow('returned 400')
    expect(existsSync(join(dataDir, 'samples-loaded'))).toBe(false)
    refusesAll = false
    await loadSamples({ apiUrl, dataDir })
    expect(new Set(effects.keys())).toEqual(new Set(whole.effects.keys()))
  })
})

describe('a seed', () => {
  const users = [
    { id: 'ada', role: 'admin' },
    { id: 'cleo', role: 'customer' },
  ]
  const ticket = { by: 'cleo', title: 'Help', body: 'Now.' }
  const seedOf = (...tickets: object[]) => Seed.parse({ tenants: [{ tenant: 'acme', users, tickets }] })

  it('changes nothing when it is loaded again, a day later too: what was loaded is noted in the data folder', async () => {
    const { apiUrl, requests } = await api()
    expect(await loadSeed(seedOf(ticket), { apiUrl, dataDir })).toBe(3)
    expect(await loadSeed(seedOf(ticket), { apiUrl, dataDir })).toBe(0)
    expect(requests()).toBe(3)
  })

  it('that has grown adds what is new, wherever it stands', async () => {
    const { apiUrl, effects } = await api()
    await loadSeed(seedOf(ticket), { apiUrl, dataDir })
    const before = [...effects.values()]
    const comments = [{ by: 'ada', body: 'Coming.' }]
    expect(await loadSeed(seedOf({ ...ticket, title: 'First' }, { ...ticket, comments }), { apiUrl, dataDir })).toBe(2)
    expect([...effects.values()].slice(before.length)).toEqual(['POST /tickets', 'POST /tickets/ID/comments'])
  })

  it('with two equal tickets creates both', async () => {
    const { apiUrl, effects } = await api()
    await loadSeed(seedOf(ticket, ticket), { apiUrl, dataDir })
    expect([...effects.values()].filter((call) => call === 'POST /tickets')).toHaveLength(2)
  })

  it('that is stopped sends nothing more, and goes on at the next load', async () => {
    const stop = new AbortController()
    const { apiUrl, effects, requests } = await api((request) => {
      if (request === 2) stop.abort(new Error('stopped'))
      return 201
    })
    const comments = [{ by: 'ada', body: 'Coming.' }]
    const seed = seedOf({ ...ticket, comments })
    await expect(loadSeed(seed, { apiUrl, dataDir, signal: stop.signal })).rejects.toThrow('stopped')
    expect(requests()).toBe(3)
    expect(await loadSeed(seed, { apiUrl, dataDir })).toBe(1)
    expect(effects.size).toBe(4)
  })

  it('takes a user who is there already as created', async () => {
    const { apiUrl } = await api((request) => (request < 2 ? 409 : 201))
    expect(await loadSeed(seedOf(ticket), { apiUrl, dataDir })).toBe(3)
  })

  it('goes on with the same keys after a note was cut off by a kill', async () => {
    const { apiUrl, effects } = await api()
    await loadSeed(seedOf(ticket), { apiUrl, dataDir })
    appendFileSync(join(dataDir, 'seeded.ndjson'), '\n{"key":"12')
    expect(await loadSeed(seedOf(ticket, ticket), { apiUrl, dataDir })).toBe(1)
    expect(await loadSeed(seedOf(ticket, ticket), { apiUrl, dataDir })).toBe(0)
    expect(effects.size).toBe(4)
  })
})
