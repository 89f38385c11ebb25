import { expect } from 'vitest'
import { type ArchiveDeps, archiveTicket, restoreTicket } from '../../app/archive/archive-ticket.ts'
import { type ArchiveRunDeps, archiveTickets } from '../../app/archive/archive-tickets.ts'
import { withArchivedEvents } from '../../app/archive/archived-events.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { noopObserver } from '../../app/observer.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { Api, agent, customer, type ParsedResponse } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { digestAll, runUntilIdle } from '../proof/healthy-system.ts'

type Dump = Awaited<ReturnType<typeof dumpStore>>
let made: Promise<{ dump: Dump; ticketId: string; openId: string; nowMs: number }> | undefined

/** An idle system with a closed ticket of six events and an open one, made once for all tests of a file. */
async function closedTicket() {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  const openId = await api.openTicket(customer)
  const change = async (endpoint: Endpoint, body: object) =>
    expect((await api.call(agent, endpoint, { params: { ticketId }, body })).status).toBeLessThan(300)
  await change(assignTicket, { userId: agent.id })
  await change(addComment, { body: 'On its way.' })
  for (const to of ['in_progress', 'resolved', 'closed']) await change(changeStatus, { to, reason: `to ${to}` })
  await settle(api)
  return { dump: await dumpStore(api.store), ticketId, openId, nowMs: api.runtime.now() }
}

/** Delivers and confirms every event, and runs every saga to its end. */
async function settle(api: Pick<Api, 'store' | 'runtime'>): Promise<void> {
  await runUntilIdle(api, new MemoryObjectStore(), new MemoryMailer())
  await digestAll(api, new MemoryObjectStore(api.runtime.now))
}

/** The closed ticket, an hour later: what archives it, who reads it, and who changes it. */
export class ArchivedSystem {
  readonly tables: Store = new MemoryStore()
  readonly runtime = new VirtualRuntime()
  readonly objects = new MemoryObjectStore(this.runtime.now)
  readonly api: Api
  ticketId = ''
  openId = ''

  private constructor() {
    this.api = new Api({ store: withArchivedEvents(this.tables, this.objects), runtime: this.runtime })
  }

  static async create(): Promise<ArchivedSystem> {
    made ??= closedTicket()
    const { dump, nowMs, ticketId, openId } = await made
    const system = new ArchivedSystem()
    for (const [table, rows] of Object.entries(dump))
      for (const row of rows)
        await system.tables.write({ kind: 'put', table: table as TableName, row: structuredClone(row) as never })
    system.runtime.advance(nowMs + 3_600_000 - system.runtime.now())
    Object.assign(system, { ticketId, openId })
    return system
  }

  /** Everything has been quiet since. */
  get quietSince(): string {
    return new Date(this.runtime.now() - 1_000).toISOString()
  }

  deps({
    store = this.tables,
    objects = this.objects as Pick<ObjectStore, 'head' | 'read' | 'putOnce'>,
  } = {}): ArchiveDeps & ArchiveRunDeps {
    const { runtime } = this
    return { store, runtime, objects, consumers: orderedConsumers(store, runtime), observer: noopObserver }
  }

  archive(deps = this.deps()) {
    return archiveTicket(deps, { tenant: 'acme', ticketId: this.ticketId }, this.quietSince)
  }

  run(deps = this.deps()) {
    return archiveTickets(deps, this.quietSince, { chunkSize: 2 })
  }

  restore(deps = this.deps()) {
    return restoreTicket(deps, { tenant: 'acme', ticketId: this.ticketId })
  }

  call(endpoint: Endpoint, body?: object, person = agent): Promise<ParsedResponse> {
    return this.api.call(person, endpoint, { params: { ticketId: this.ticketId }, ...(body && { body }) })
  }

  /** The whole history, as the API lists it, in pages of `limit`. */
  async history(limit = 2): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = []
    let cursor: string | undefined
    do {
      const query = { limit: String(limit), ...(cursor && { cursor }) }
      const page = await this.api.call(agent, listEvents, { params: { ticketId: this.ticketId }, query })
      expect(page.status).toBe(200)
      items.push(...page.json.items)
      cursor = page.json.nextCursor as string | undefined
    } while (cursor)
    return items
  }

  settle(): Promise<void> {
    return settle(this.api)
  }

  /** The ticket's rows in `Events`. */
  async hot(): Promise<Row[]> {
    return (await allRows(this.tables, 'Events')).filter(({ pk }) => pk === `TENANT#acme#TICKET#${this.ticketId}`)
  }

  /** What the check finds. */
  async findings(): Promise<string[]> {
    const evidence = await gatherEvidence(
      this.tables,
      this.runtime.now(),
      [],
      undefined,
      undefined,
      undefined,
      this.objects,
    )
    return checkInvariants(evidence).flatMap(({ invariant, violations }) =>
      violations.map(({ subject, problem }) => `${invariant.number}: ${subject} ${problem}`),
    )
  }
}
