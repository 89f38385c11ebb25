import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { statuses } from '../../../domain/ticket-status.ts'
import type { RequestResult } from '../../../proof/load/attempt.ts'
import { judgeReads, type ReadsVerdict } from '../../../proof/load/judge-reads.ts'
import type { PlannedRequest } from '../../../proof/load/plan.ts'
import { type ReadAttempt, sendRead } from '../../../proof/load/read.ts'
import { type Caller, sendCopies } from '../../../proof/load/send.ts'
import { pick, randomFrom } from '../../../proof/random.ts'
import { MemoryStore } from '../../../tables/memory-store.ts'
import type { Row, Store, Write } from '../../../tables/store.ts'
import { Api } from '../../fixtures/api.ts'
import { type ApiServer, serveApi } from '../../fixtures/api-server.ts'
import { interceptStore } from '../../fixtures/intercepted-store.ts'
import { seed } from '../../fixtures/sample.ts'
import { bearerTokenFor } from '../../fixtures/tokens.ts'

let server: ApiServer
afterEach(() => server.stop())

const tenant = 'acme'
const agents = ['ada', 'ben', 'cleo'] as const
const callsPerAgent = 12
const tokenFor = ({ tenant, user: id, role }: Caller) => bearerTokenFor({ tenant, id, role })

/** Clients of the API's functions on this store, and what they see. */
async function startClients(store: Store) {
  server = await serveApi(new Api({ store }))
  const sender = { apiUrl: server.url, tokenFor, onAttempt() {} }
  const results: RequestResult[] = []
  const reads: ReadAttempt[] = []
  return {
    /** Sends a write in two copies. */
    async write(user: string, request: Pick<PlannedRequest, 'method' | 'path' | 'operation' | 'body'>) {
      const result = await sendCopies(sender, { ...request, key: randomUUID(), tenant, user, role: 'agent' }, 2)
      results.push(result)
      return result
    },
    async read(kind: 'ticket' | 'events' | 'comments', ticketId: string) {
      reads.push(await sendRead(sender, { kind, tenant, ticketId }))
    },
    judge: () => judgeReads({ results, reads }, []),
  }
}

/** Three agents change and read one ticket at once. */
async function contend(store: Store): Promise<ReadsVerdict> {
  const { write, read, judge } = await startClients(unhurried(store))
  // Each agent's first write also registers its user.
  const [first] = await Promise.all(agents.map((user) => write(user, opening)))
  const ticketId = String(first?.body?.id)
  const agent = async (user: (typeof agents)[number], index: number) => {
    const random = randomFrom(seed + index)
    const changeStatus = () =>
      write(user, post(ticketId, 'transitions', { to: pick(random, statuses), reason: 'So it is.' }))
    const calls = [
      () => write(user, post(ticketId, 'comments', { body: 'Hello.' })),
      changeStatus,
      changeStatus,
      () => write(user, assign(ticketId, pick(random, agents))),
      () => read('ticket', ticketId),
      () => read('events', ticketId),
      () => read('comments', ticketId),
    ]
    for (let call = 0; call < callsPerAgent; call++) await pick(random, calls)()
  }
  await Promise.all(agents.map(agent))
  return judge()
}

const opening = {
  method: 'POST',
  path: '/tickets',
  operation: 'POST /tickets',
  body: { title: 'T', body: 'B' },
} as const
const post = (ticketId: string, what: string, body: unknown) =>
  ({
    method: 'POST',
    path: `/tickets/${ticketId}/${what}`,
    operation: `POST /tickets/{ticketId}/${what}`,
    body,
  }) as const
const assign = (ticketId: string, userId: string) =>
  ({
    method: 'PUT',
    path: `/tickets/${ticketId}/assignee`,
    operation: 'PUT /tickets/{ticketId}/assignee',
    body: { userId },
  }) as const

/** Each call waits for a few turns of the event loop, so that those of several clients alternate. */
function unhurried(inner: Store): Store {
  const random = randomFrom(seed)
  return interceptStore(inner, async (_, proceed) => {
    for (let turns = Math.floor(random() * 6); turns > 0; turns--) await setImmediate()
    return proceed()
  })
}

describe(`a ticket that three agents change and read at once (SEED=${seed})`, () => {
  it('answers all of them in one order', async () => {
    const verdict = await contend(new MemoryStore())
    expect(verdict).toMatchObject({ ok: true, notLinearizable: [], gaveUp: [], listFaults: [], viewFaults: [] })
    expect(verdict.longestWindow).toBeGreaterThan(10)
  })
})

describe('two comments that were decided on one version', () => {
  async function commentAtOnce(store: Store) {
    const { write, judge } = await startClients(commentingAtOnce(store))
    const ticketId = String((await write('ada', opening)).body?.id)
    await write('ben', opening)
    await Promise.all(['ada', 'ben'].map((user) => write(user, post(ticketId, 'comments', { body: 'Hello.' }))))
    return judge()
  }

  it('come one after the other', async () => {
    expect(await commentAtOnce(new MemoryStore())).toMatchObject({ ok: true, tickets: 2 })
  })

  it('are found when a write does not check the version', async () => {
    const { notLinearizable } = await commentAtOnce(withoutConditions(new MemoryStore()))
    expect(notLinearizable).toEqual([expect.stringContaining('"f":"comment"')])
  })
})

describe('a refusal', () => {
  /** Resolves a ticket, then closes it. */
  async function resolveAndClose(store: Store) {
    const { write, judge } = await startClients(store)
    const ticketId = String((await write('ada', opening)).body?.id)
    for (const to of ['resolved', 'closed'])
      await write('ada', post(ticketId, 'transitions', { to, reason: 'So it is.' }))
    return judge()
  }

  it('is part of the order', async () => {
    expect(await resolveAndClose(new MemoryStore())).toMatchObject({ ok: true, tickets: 1 })
  })

  it('that was decided on old rows is found, although nothing was written', async () => {
    const { notLinearizable } = await resolveAndClose(withOldReads(new MemoryStore()))
    expect(notLinearizable).toEqual([expect.stringContaining('"why":"transition-not-allowed"')])
  })
})

/** Holds the first comments until both agents' have been decided. */
function commentingAtOnce(inner: Store): Store {
  const authors = new Set<unknown>()
  const bothDecided = Promise.withResolvers<void>()
  return interceptStore(inner, async (call, proceed) => {
    if (call.method !== 'transactWrite') return proceed()
    const comment = call.args[0].find((write) => write.kind === 'put' && write.row.kind === 'comment')
    if (comment?.kind !== 'put') return proceed()
    authors.add(comment.row.author)
    if (authors.size === 2) bothDecided.resolve()
    await bothDecided.promise
    return proceed()
  })
}

function withoutConditions(inner: Store): Store {
  return interceptStore(inner, (call, proceed) => {
    if (call.method !== 'transactWrite') return proceed()
    const [writes, token] = call.args
    const isUnchecked = ({ table }: Write) => table === 'Tickets' || table === 'Events' || table === 'Outbox'
    const blind = writes.map((write) => {
      if (write.kind !== 'put' || !isUnchecked(write)) return write
      const { when: _, ...put } = write
      return put
    })
    return inner.transactWrite(blind, token)
  })
}

/** Once a ticket is resolved, reads of several rows have its header as it was before. */
function withOldReads(inner: Store): Store {
  let before: Row | undefined
  return interceptStore(inner, async (call, proceed) => {
    if (call.method !== 'transactRead' && call.method !== 'batchRead') return proceed()
    const outcome = (await proceed()) as { rows: (Row | undefined)[] }
    const header = outcome.rows.findIndex((row) => row?.sk === 'HEADER' && row.status !== undefined)
    const current = outcome.rows[header]
    if (current?.status === 'open') before = current
    return current?.status === 'resolved' ? { ...outcome, rows: outcome.rows.with(header, before) } : outcome
  })
}
