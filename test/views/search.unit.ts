import { describe, expect, it } from 'vitest'
import { changeCatalog } from '../../app/views/catalog.ts'
import { fillGeneration, switchView } from '../../app/views/rebuild-view.ts'
import { reindexMessage } from '../../app/views/reindex-message.ts'
import { dropPrevious } from '../../domain/view-catalog.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { searchTickets } from '../../functions/search-tickets/search-tickets.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { messageRow } from '../../tables/tickets.ts'
import { readPage } from '../docs/markdown.ts'
import { agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import type { Person } from '../fixtures/tokens.ts'
import { Crash, FaultyStore } from '../relay/faults.ts'
import { ProjectedApi } from './projected-api.ts'

/** An API whose texts are searched. */
class SearchedApi extends ProjectedApi {
  async find(person: Person, q: string, query: Record<string, string> = {}) {
    const { status, json, headers } = await this.call(person, searchTickets, { query: { q, ...query } })
    expect(status).toBe(200)
    const items = json.items as unknown as { ticket: { id: string }; foundIn: number[] }[]
    return { json, headers, items, ids: items.map(({ ticket }) => ticket.id) }
  }

  /** Every stored row of the index that has a word. */
  async rowsWith(word: string): Promise<string[]> {
    const { rows } = await this.store.scan({ table: 'Views' })
    return rows.map((row) => JSON.stringify(row)).filter((row) => row.includes(word))
  }

  async removeMessage(ticketId: string, seq: number): Promise<void> {
    const { table, key } = messageRow('acme', ticketId, seq)
    await this.store.write({ kind: 'delete', table, key })
  }
}

const manyWords = Array.from({ length: 250 }, (_, n) => `word${n}`).join(' ')

describe('the search', () => {
  it('finds words of titles, opening texts, comments and reasons, and says where', async () => {
    const api = new SearchedApi()
    const id = await api.open(customer, 'Printer on fire', 'It burns in the hallway.')
    await api.change(addComment, id, { body: 'The extinguisher is empty: printer lost.' })
    await api.change(changeStatus, id, { to: 'resolved', reason: 'Replaced by a typewriter' })
    await api.open(customer, 'Coffee', 'Cold')
    await api.project()
    const where = async (q: string) =>
      (await api.find(agent, q)).items.map(({ ticket, foundIn }) => [ticket.id, foundIn])
    expect(await where('PRINTER')).toEqual([[id, [2, 1]]])
    expect(await where('hallway extinguisher typewr')).toEqual([[id, [3, 2, 1]]])
    expect(await where('hallway coffee')).toEqual([])
    expect(await where('typewr x')).toEqual([])
  })

  it('answers with the state of the truth, and says up to when it has read and how many events', async () => {
    const api = new SearchedApi()
    const id = await api.open(customer, 'Printer', 'Jam')
    const before = await api.find(agent, 'printer')
    expect(before).toMatchObject({
      json: { items: [], asOf: null, isComplete: true },
      headers: { 'X-View-Sequence': '0' },
    })
    await api.project()
    await api.change(changeStatus, id, { to: 'resolved', reason: 'done' })
    const { json, headers } = await api.find(agent, 'printer')
    expect(json.items).toMatchObject([{ ticket: { id, status: 'resolved', version: 2 }, foundIn: [1] }])
    expect([typeof json.asOf, headers['X-View-Sequence']]).toEqual(['string', '1'])
  })

  it('shows a customer own tickets only, and another tenant nothing', async () => {
    const api = new SearchedApi()
    const own = await api.open(customer, 'Printer', 'mine')
    await api.open(otherCustomer, 'Printer', 'theirs')
    await api.project()
    expect((await api.find(customer, 'print')).ids).toEqual([own])
    expect((await api.find(customer, 'theirs')).ids).toEqual([])
    expect((await api.find(agent, 'printer')).ids).toHaveLength(2)
    expect(await api.find(stranger, 'printer')).toMatchObject({ ids: [], headers: { 'X-View-Sequence': '0' } })
  })

  it('shows page after page, the best first, each ticket once', async () => {
    const api = new SearchedApi()
    const best = await api.open(customer, 'Toner toner', 'toner')
    for (let n = 0; n < 6; n++) await api.open(customer, `Ticket ${n}`, 'no toner')
    await api.project()
    const pages: string[][] = []
    let cursor: unknown
    do {
      const { ids, json } = await api.find(agent, 'toner', {
        limit: '3',
        ...(typeof cursor === 'string' && { cursor }),
      })
      pages.push(ids)
      cursor = json.nextCursor
    } while (cursor !== undefined)
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
    expect(pages[0]?.[0]).toBe(best)
    expect(new Set(pages.flat()).size).toBe(7)
  })

  it('says when a word is in more messages than are searched, and searches the newest', async () => {
    const api = new SearchedApi()
    const id = await api.open(customer, 'Old', 'legacy common')
    for (let n = 0; n < 501; n++) await api.change(addComment, id, { body: 'common' })
    await api.project()
    const { json, items } = await api.find(agent, 'common')
    expect(json.isComplete).toBe(false)
    expect([items[0]?.foundIn.length, items[0]?.foundIn[0]]).toEqual([500, 502])
    expect((await api.find(agent, 'legacy')).json.isComplete).toBe(true)
    const own = await api.find(customer, 'legacy common')
    expect(own).toMatchObject({ ids: [id], json: { isComplete: false } })
    expect([own.items[0]?.foundIn.length, own.items[0]?.foundIn.at(-1)]).toEqual([51, 1])
  })

  it.each(['', '...', 'a b c d e f g h i j k l m', 'x'.repeat(201), '\u0000'])('refuses the query %j', async (q) => {
    const { status, json } = await new SearchedApi().call(agent, searchTickets, { query: { q } })
    expect([status, json.type.split('/').at(-1)]).toEqual([422, expect.stringMatching(/valid/)])
  })
})

describe('the search index', () => {
  it('is the same when every event is delivered again, and equals its rebuild', async () => {
    const api = new SearchedApi()
    const id = await api.open(customer, 'Printer', manyWords)
    await api.change(addComment, id, { body: 'constructor __proto__ 東京都' })
    await api.project()
    const rows = await api.rowsWith('')
    await api.project()
    expect(await api.rowsWith('')).toEqual(rows)
    expect(await api.violations()).toEqual([])
    expect((await api.find(agent, 'word249')).ids).toEqual([id])
    expect((await api.find(customer, 'constructor proto')).ids).toEqual([id])
  })

  it('costs what ADR 36 says: 62 write units for a comment of 30 words', async () => {
    let units = 0
    const store = new MemoryStore()
    const metered = interceptStore(store, (call, proceed) => {
      if (call.method === 'transactWrite')
        for (const write of call.args[0])
          if (write.kind === 'put' && write.row.pk.includes('#SEARCH#'))
            units += 2 * Math.ceil(Buffer.byteLength(JSON.stringify(write.row)) / 1_024)
      return proceed()
    })
    const api = new SearchedApi({ store })
    const id = await api.open(customer, 'Printer', 'Jam')
    await api.project()
    await api.change(addComment, id, { body: manyWords.split(' ').slice(0, 30).join(' ') })
    await api.project(metered)
    expect(units).toBe(62)
    expect(readPage('docs/adr/0036-the-search-index-is-rows-of-views.md')).toContain(`| ${units} write (30 words`)
  })

  it('has every word of a long message after a crash at any call, and no other', async () => {
    let crashes = 0
    for (let crashAt = 0; ; crashAt++) {
      const api = new SearchedApi()
      await api.open(customer, 'Long', manyWords)
      let calls = 0
      const faulty = new FaultyStore(api.store, () => (calls++ === crashAt ? 'crash-after' : 'none'))
      const isCrashed = await api.project(faulty).then(
        () => false,
        () => true,
      )
      await api.project()
      expect(await api.violations()).toEqual([])
      if (calls <= crashAt) break
      crashes += Number(isCrashed)
    }
    expect(crashes).toBeGreaterThan(5)
  })

  it('holds no word of a message that is gone, in no generation, and invariant 23 names it before', async () => {
    const api = new SearchedApi()
    const ticketId = await api.open(customer, 'Printer', 'fine')
    await api.change(addComment, ticketId, { body: `secretword ${manyWords}` })
    await api.project()
    const { generation } = await fillGeneration(api.deps(), 'search')
    await switchView(api.deps(), { view: 'search', generation })
    await changeCatalog(api.deps(), (catalog) => dropPrevious(catalog, 'search'))
    expect((await api.rowsWith('secretword')).length).toBe(4)
    await api.removeMessage(ticketId, 2)
    expect(JSON.stringify(await api.violations())).toContain('secretword')
    await reindexMessage(api.deps(), { tenant: 'acme', ticketId, seq: 2 }, api.runtime.now() + 8_000)
    expect(await api.rowsWith('secretword')).toEqual([])
    expect(await api.rowsWith('word17')).toEqual([])
    expect(await api.violations()).toEqual([])
    expect((await api.find(agent, 'fine')).ids).toEqual([ticketId])
    await fillGeneration(api.deps(), 'search')
    expect(await api.rowsWith('secretword')).toEqual([])
  })

  it('gets no word back from a projection that was held up while its message was removed', async () => {
    for (let heldAt = 0; ; heldAt++) {
      const api = new SearchedApi()
      const ticketId = await api.open(customer, 'Printer', `secretword ${manyWords}`)
      let calls = 0
      let isHeld = false
      const held = new FaultyStore(
        api.store,
        () => 'none',
        async () => {
          if (calls++ !== heldAt || isHeld) return
          isHeld = true
          await api.removeMessage(ticketId, 1)
          await reindexMessage(api.deps(), { tenant: 'acme', ticketId, seq: 1 }, api.runtime.now() + 8_000)
        },
      )
      await api.project(held)
      if (!isHeld) break
      expect([heldAt, await api.rowsWith('secretword')]).toEqual([heldAt, []])
      expect(await api.violations()).toEqual([])
    }
  })

  it('is completed by the next attempt when the removal of a message crashes at any call', async () => {
    for (let crashAt = 0; ; crashAt++) {
      const api = new SearchedApi()
      const ticketId = await api.open(customer, 'Printer', `secretword ${manyWords}`)
      await api.project()
      await api.removeMessage(ticketId, 1)
      const remove = (store: Store) =>
        reindexMessage(api.deps(store), { tenant: 'acme', ticketId, seq: 1 }, api.runtime.now() + 8_000)
      let calls = 0
      await remove(new FaultyStore(api.store, () => (calls++ === crashAt ? 'crash-after' : 'none'))).catch((error) => {
        if (!(error instanceof Crash)) throw error
      })
      await remove(api.store)
      expect(await api.rowsWith('secretword')).toEqual([])
      if (calls <= crashAt) break
    }
  })
})
