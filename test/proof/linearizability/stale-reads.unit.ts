import { afterEach, describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../../proof/check/evidence.ts'
import { storedTickets, untilListed } from '../../../proof/load/final-lists.ts'
import { judgeReads } from '../../../proof/load/judge-reads.ts'
import { conversationSession } from '../../../proof/load/plan.ts'
import { type LoadRun, runLoad } from '../../../proof/load/run-load.ts'
import type { Caller } from '../../../proof/load/send.ts'
import { randomFrom } from '../../../proof/random.ts'
import { MemoryStore } from '../../../tables/memory-store.ts'
import type { Page, Row, Store } from '../../../tables/store.ts'
import { Api } from '../../fixtures/api.ts'
import { type ApiServer, serveApi } from '../../fixtures/api-server.ts'
import { conversations } from '../../fixtures/conversations.ts'
import { interceptStore } from '../../fixtures/intercepted-store.ts'
import { seed } from '../../fixtures/sample.ts'
import { bearerTokenFor } from '../../fixtures/tokens.ts'

let server: ApiServer
afterEach(() => server.stop())

/** Sends conversations with as many reads to the API's functions over this store. */
async function load(store: Store): Promise<LoadRun> {
  server = await serveApi(new Api({ store }))
  const sessions = conversations(8).map((conversation, index) => conversationSession('run', conversation, index))
  return runLoad({ apiUrl: server.url, tokenFor }, sessions, {
    copies: 2,
    arrivals: { concurrency: 4 },
    reads: { share: 0.5, seed },
    onProgress() {},
  })
}

const tokenFor = ({ tenant, user: id, role }: Caller) => bearerTokenFor({ tenant, id, role })

/** Reads as `ConsistentRead: false` may: every third read of one row finds it as it was before its last change. */
function readEventually(inner: Store): Store {
  const random = randomFrom(seed)
  const before = new Map<string, Row | undefined>()
  return interceptStore(inner, async (call, proceed) => {
    if (call.method === 'transactWrite')
      for (const write of call.args[0]) {
        const { table } = write
        const { pk, sk } = write.kind === 'put' ? write.row : write.key
        const key = { pk, ...(sk !== undefined && { sk }) }
        before.set(JSON.stringify([table, key]), await inner.get({ table, key }))
      }
    const address = call.method === 'get' ? JSON.stringify([call.args[0].table, call.args[0].key]) : ''
    return before.has(address) && random() < 1 / 3 ? before.get(address) : proceed()
  })
}

describe(`reads beside a load of the API's functions (SEED=${seed})`, () => {
  it('agree with the writes, and with each other', async () => {
    const run = await load(new MemoryStore())
    const verdict = judgeReads(run, [])
    expect(verdict).toMatchObject({ ok: true, tickets: 8, notLinearizable: [], gaveUp: [] })
    expect(verdict.answered).toBeGreaterThan(50)
    expect(verdict.operations).toBeGreaterThan(run.attempts / 2)
  })

  it('are found to be stale when rows are read eventually consistently', async () => {
    const { ok, notLinearizable } = judgeReads(await load(readEventually(new MemoryStore())), [])
    expect(ok).toBe(false)
    expect(notLinearizable[0]).toMatch(
      /^\w+ of ticket .* it is at version \d+, .* none of these fits next: .*"f":"read/,
    )
  })
  it('find every ticket in the lists once all is done, or the lists lag', async () => {
    const store = new MemoryStore()
    const run = await load(store)
    const tickets = storedTickets(await gatherEvidence(store, 0))
    expect(await untilListed({ apiUrl: server.url, tokenFor }, run, tickets, 0)).toEqual([])
    await server.stop()
    const newest = tickets.toSorted((a, b) => (a.openedAt < b.openedAt ? 1 : -1))[0]
    const lags = interceptStore(store, async (call, proceed) => {
      const page = (await proceed()) as Page
      if (call.method !== 'query' || call.args[0].index !== 'byTenant') return page
      return { ...page, rows: page.rows.filter(({ id }) => id !== newest?.id) }
    })
    server = await serveApi(new Api({ store: lags }))
    expect(await untilListed({ apiUrl: server.url, tokenFor }, run, tickets, 0)).toEqual([
      expect.stringContaining(`shows nothing for ticket ${newest?.id}, which is {"version":`),
    ])
  })
})
