import { beforeEach, describe, expect, it } from 'vitest'
import { surveyArchive } from '../../app/archive/archive-tickets.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getTicketSla } from '../../functions/get-ticket-sla/get-ticket-sla.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { integerBetween, randomFrom } from '../../proof/random.ts'
import type { Store, Write } from '../../tables/store.ts'
import { admin, agent, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { type Call, Crash, type Fault, FaultyStore } from '../relay/faults.ts'
import { ArchivedSystem } from './archived-system.ts'

let system: ArchivedSystem

beforeEach(async () => {
  system = await ArchivedSystem.create()
})

const reopen = { to: 'open', reason: 'It is back.' }

describe('an archived ticket', () => {
  it('is answered as before: the ticket with its ETag, its events in pages of any size, its SLA and its place in lists', async () => {
    const read = async () => ({
      ticket: await system.call(getTicket),
      history: await Promise.all([1, 2, 6, 100].map((limit) => system.history(limit))),
      sla: await system.call(getTicketSla),
      list: await system.api.call(agent, listTickets, { query: { status: 'closed' } }),
    })
    const plain = ({ ticket, sla, list, history }: Awaited<ReturnType<typeof read>>) => ({
      bodies: [ticket, list].map(({ text }) => text),
      etag: ticket.headers.ETag,
      sla: sla.json.firstAnswer,
      history,
    })
    const before = plain(await read())
    expect(before.history.map((events) => events.length)).toEqual([6, 6, 6, 6])
    expect(await system.archive()).toEqual({ status: 'archived' })
    expect(await system.hot()).toEqual([])
    expect(system.objects.keys()).toHaveLength(1)
    expect(plain(await read())).toEqual(before)
    expect((await system.call(getTicket, undefined, stranger)).status).toBe(404)
    expect(await system.findings()).toEqual([])
  })

  it('takes the few commands of a closed ticket: its next events are behind the archive, and go there when it is quiet again', async () => {
    const before = await system.history()
    await system.archive()
    expect((await system.call(addComment, { body: 'Too late.' })).status).toBe(409)
    const correction = { corrects: { seq: 1 }, to: { priority: 'high' }, reason: 'It was urgent.' }
    expect((await system.call(correctTicket, correction, admin)).status).toBe(200)
    expect((await system.call(changeStatus, reopen)).status).toBe(200)
    await system.settle()
    expect((await system.hot()).map(({ seq }) => seq)).toEqual([7, 8])
    expect((await system.history()).slice(0, 6)).toEqual(before)
    expect((await system.history()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(await system.findings()).toEqual([])
    for (const to of ['resolved', 'closed']) await system.call(changeStatus, { to, reason: 'Done.' })
    await system.settle()
    system.runtime.advance(3_600_000)
    const whole = await system.history()
    expect(await system.archive()).toEqual({ status: 'archived' })
    expect(await system.hot()).toEqual([])
    expect(await system.history()).toEqual(whole)
    expect(await system.findings()).toEqual([])
  })

  it('comes back as it was, and is not archived again at once', async () => {
    const [hot, history] = [await system.hot(), await system.history()]
    await system.archive()
    expect([await system.restore(), await system.restore()]).toEqual([true, false])
    expect(await system.hot()).toEqual(hot)
    expect(await system.history()).toEqual(history)
    expect(await system.findings()).toEqual([])
    expect(await system.archive(system.deps())).toEqual({ status: 'kept', why: 'recent' })
    system.runtime.advance(3_600_000)
    expect(await system.archive()).toEqual({ status: 'archived' })
    expect(await system.history()).toEqual(history)
  })

  it.each([
    ['changed', (key: string) => system.objects.replace(key, Buffer.from('{"format":1}'))],
    ['gone', (key: string) => system.objects.delete(key)],
  ])('is never answered without its events when its archive is %s, and the check finds it', async (_, damage) => {
    await system.archive()
    await damage(system.objects.keys()[0] ?? '')
    await expect(system.history()).rejects.toThrow()
    expect((await system.call(getTicketSla)).status).toBe(500)
    await expect(system.restore()).rejects.toThrow(/archive/)
    expect(await system.findings()).toContainEqual(expect.stringMatching(/^29: .* cannot be read whole: the archive/))
  })
})

describe('a ticket keeps its events', () => {
  const one = async (): Promise<unknown> => ({ archived: await system.archive(), hot: (await system.hot()).length })
  const put = (table: 'Outbox' | 'Unconfirmed' | 'Sagas' | 'Receipts' | 'Tickets', change: (rows: Row[]) => void) =>
    changeRows(table, change)
  type Row = Record<string, unknown>

  async function changeRows(table: Parameters<Store['scan']>[0]['table'], change: (rows: Row[]) => void) {
    const { rows } = await system.tables.scan({ table })
    const own = rows.filter((row) => JSON.stringify(row).includes(system.ticketId))
    change(own)
    for (const row of own) await system.tables.write({ kind: 'put', table, row: row as never })
  }

  it('while it is open, or too young', async () => {
    const [header] =
      (await dumpStore(system.tables)).Tickets?.filter(({ id, sk }) => id === system.ticketId && sk === 'HEADER') ?? []
    await system.tables.write({ kind: 'put', table: 'Tickets', row: { ...header, status: 'resolved' } as never })
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'open' }, hot: 6 })
    await system.tables.write({
      kind: 'put',
      table: 'Tickets',
      row: { ...header, updatedAt: system.quietSince } as never,
    })
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'recent' }, hot: 6 })
  })

  it('while an event is not confirmed, a consumer is behind, or a saga runs', async () => {
    const key = { pk: `TENANT#acme#TICKET#${system.ticketId}`, sk: '000000000006' }
    await system.tables.write({ kind: 'put', table: 'Unconfirmed', row: key })
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'delivery' }, hot: 6 })
    await system.tables.write({ kind: 'delete', table: 'Unconfirmed', key })
    await put('Receipts', (rows) => rows.splice(1, 9) && Object.assign(rows[0] ?? {}, { appliedSeq: 5 }))
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'delivery' }, hot: 6 })
    await put('Receipts', (rows) => Object.assign(rows[0] ?? {}, { appliedSeq: 6 }))
    await put('Sagas', (rows) => rows.splice(1, 99) && Object.assign(rows[0] ?? {}, { state: 'parked' }))
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'saga' }, hot: 6 })
  })

  it('when they are more than can be put back at once, those that are archived already included', async () => {
    await system.archive()
    await system.call(changeStatus, reopen)
    for (let comment = 0; comment < 90; comment++) await system.call(addComment, { body: `Comment ${comment}.` })
    for (const to of ['resolved', 'closed']) await system.call(changeStatus, { to, reason: 'Done.' })
    await system.settle()
    system.runtime.advance(3_600_000)
    expect(await one()).toEqual({ archived: { status: 'kept', why: 'long' }, hot: 93 })
    expect(await system.restore()).toBe(true)
    expect(await system.hot()).toHaveLength(99)
  })

  it('when they are not what the ticket says', async () => {
    const [event] = await system.hot()
    await system.tables.write({ kind: 'put', table: 'Events', row: { ...event, actor: 'mallory' } as never })
    await expect(system.archive()).rejects.toThrow('event 1 is not the event that was stored')
    expect(system.objects.keys()).toEqual([])
  })

  it('when its archive is stored otherwise than it was meant', async () => {
    const mangling: Pick<ObjectStore, 'head' | 'read' | 'putOnce'> = {
      head: (key) => system.objects.head(key),
      read: (key, options) => system.objects.read(key, options),
      putOnce: (key, bytes) => system.objects.putOnce(key, bytes.slice(0, -1)),
    }
    await expect(system.archive(system.deps({ objects: mangling }))).rejects.toThrow('is not what was archived')
    expect(await system.hot()).toHaveLength(6)
  })
})

describe('a ticket that is archived', () => {
  const isMove = (writes: readonly Write[]) => writes.some(({ kind, table }) => kind === 'delete' && table === 'Events')
  /** Makes a call of somebody else just before the transaction that moves the events. */
  function before(meanwhile: () => Promise<unknown>): Store {
    return interceptStore(system.tables, async (call, proceed) => {
      if (call.method === 'transactWrite' && isMove(call.args[0])) await meanwhile()
      return proceed()
    })
  }

  it('keeps its events when somebody changes it at that moment, and the change is not lost', async () => {
    const store = before(async () => expect((await system.call(changeStatus, reopen)).status).toBe(200))
    expect(await system.archive(system.deps({ store }))).toEqual({ status: 'kept', why: 'changed' })
    expect((await system.hot()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
    await system.settle()
    expect(await system.findings()).toEqual([])
  })

  it('is archived once by two runs at once, in whatever order their calls come', async () => {
    const history = await system.history()
    for (let seed = 1; seed <= 40; seed++) {
      system = await ArchivedSystem.create()
      const random = randomFrom(seed)
      const archive = async () => {
        const store = interceptStore(system.tables, async (_, proceed) => {
          for (let turns = integerBetween(random, 0, 20); turns > 0; turns--) await Promise.resolve()
          return proceed()
        })
        return system.archive(system.deps({ store }))
      }
      const outcomes = await Promise.all([archive(), archive()])
      expect(outcomes.map(({ status }) => status)).toContain('archived')
      expect([await system.history(), await system.hot()]).toEqual([history, []])
      expect(system.objects.keys()).toHaveLength(1)
    }
    expect(await system.findings()).toEqual([])
  })

  it('is read whole by whoever reads while it is moved there and back', async () => {
    const history = await system.history(100)
    let reads = 0
    const readAlways = (store: Store) =>
      interceptStore(store, async (call, proceed) => {
        const result = await proceed()
        if (call.method === 'transactWrite' || call.method === 'get') {
          reads++
          expect(await system.history(3)).toEqual(history)
        }
        return result
      })
    const store = readAlways(system.tables)
    await system.archive(system.deps({ store }))
    await system.restore(system.deps({ store }))
    expect(reads).toBeGreaterThan(4)
  })

  const faults: Fault[] = ['crash-before', 'crash-after', 'lost-before', 'lost-after', 'conflict', 'throttled']
  it.each(faults)('ends up archived and whole when any call of a run ends so (%s)', async (fault) => {
    const history = await system.history()
    let at = 1
    for (let isOver = false; !isOver; at++) {
      system = await ArchivedSystem.create()
      let calls = 0
      const faulty = new FaultyStore(system.tables, (_: Call) => {
        if (++calls === at) return fault
        return calls > at && fault.startsWith('crash') ? 'crash-before' : 'none'
      })
      await system.run(system.deps({ store: faulty })).catch((error) => expect(error).toBeInstanceOf(Error))
      isOver = calls < at
      expect(await system.history(100)).toEqual(history)
      const { complete } = await system.run()
      expect([complete, await system.hot(), await system.history(100)]).toEqual([true, [], history])
      if (at % 5 === 0 || isOver) expect(await system.findings()).toEqual([])
    }
    expect(at).toBeGreaterThan(15)
  })

  it.each(['head', 'read', 'putOnce'] as const)('keeps its events when the bucket fails at %s', async (method) => {
    const failing = { ...bound(system.objects), [method]: () => Promise.reject(new Crash('killed')) }
    await expect(system.archive(system.deps({ objects: failing }))).rejects.toThrow('killed')
    expect(await system.hot()).toHaveLength(6)
    expect(await system.archive()).toEqual({ status: 'archived' })
    expect(system.objects.keys()).toHaveLength(1)
  })

  it.each(faults)('comes back whole when any call ends so (%s)', async (fault) => {
    const [hot, history] = [await system.hot(), await system.history()]
    for (let at = 1; at <= 3; at++) {
      system = await ArchivedSystem.create()
      await system.archive()
      let calls = 0
      const faulty = new FaultyStore(system.tables, () => (++calls === at ? fault : 'none'))
      await system.restore(system.deps({ store: faulty })).catch(() => {})
      expect(await system.history()).toEqual(history)
      await system.restore()
      expect(await system.hot()).toEqual(hot)
    }
  })
})

describe('a run', () => {
  it('says before what it would do, and why it leaves the rest', async () => {
    const survey = () => surveyArchive(system.deps(), system.quietSince)
    expect(await survey()).toEqual({ archivable: 1, already: 0, kept: {}, complete: true })
    expect(await system.hot()).toHaveLength(6)
    expect(await system.run()).toEqual({ archived: 1, already: 0, kept: {}, failed: 0, complete: true })
    expect(await survey()).toEqual({ archivable: 0, already: 1, kept: {}, complete: true })
    expect(await system.run()).toEqual({ archived: 0, already: 1, kept: {}, failed: 0, complete: true })
  })
})

function bound({ head, read, putOnce }: ObjectStore): Pick<ObjectStore, 'head' | 'read' | 'putOnce'> {
  return {
    head: head.bind(system.objects),
    read: read.bind(system.objects),
    putOnce: putOnce.bind(system.objects),
  }
}
