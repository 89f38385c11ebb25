import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { shapes } from '../../sagas/phases.ts'
import { confirmMark, unmark } from '../../sagas/removal/mark.ts'
import { removalOfSaga } from '../../sagas/removal/saga-id.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { nextGeneration } from '../../tables/sagas.ts'
import type { Read } from '../../tables/store.ts'
import { Api, agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { faults } from './faults.ts'
import { RemovalCase } from './removal-fixture.ts'

const removed = {
  state: 'removed',
  objects: [],
  tenantBytes: 0,
  held: { openUploads: 0, usedBytes: 0 },
  removedEvents: 1,
}

const kept = (key: string) => ({
  state: 'ready',
  objects: [key],
  tenantBytes: png.length,
  held: { openUploads: 0, usedBytes: png.length },
  removedEvents: 0,
})

describe.each(shapes)('the removal of a file, compiled to %s', (shape) => {
  it('takes away the metadata, the object and the bytes of tenant and person, in this order', async () => {
    const removal = await RemovalCase.ready({ shape })
    await removal.begin()
    expect(await removal.file.get()).toMatchObject({ state: 'removing', sagaId: removal.sagaId })
    expect((await removal.run()).status).toBe('succeeded')
    expect(await removal.outcome()).toEqual(removed)
    const saga = await removal.saga()
    expect(saga.state).toBe('completed')
    expect(saga.timeline.map(({ step, outcome }) => `${step}: ${outcome}`)).toEqual([
      'mark: skipped',
      'remove: done',
      'delete: done',
      'release: done',
    ])
    expect(await removal.file.get()).toMatchObject({ removedAt: expect.any(String), sagaId: removal.sagaId })
  })

  it('is compensated when the ticket was closed in the meantime: the file is ready again', async () => {
    const removal = await (await RemovalCase.ready({ shape })).begin()
    await removal.file.close()
    expect((await removal.run()).status).toBe('succeeded')
    expect(await removal.outcome()).toEqual(kept(removal.key))
    expect(await removal.saga()).toMatchObject({
      state: 'compensated',
      reason: 'remove: the ticket was closed in the meantime',
    })
    expect(await removal.file.get()).toMatchObject({ downloadUrl: expect.any(String) })
    expect(await removal.file.get()).not.toHaveProperty('removalSeq')
  })

  it('takes place when the ticket was closed and reopened in the meantime', async () => {
    const removal = await (await RemovalCase.ready({ shape })).begin()
    await removal.file.close()
    await removal.file.changeTo('open')
    await removal.run()
    expect(await removal.outcome()).toEqual(removed)
  })

  it('can be requested again after it was compensated, by a saga of its own', async () => {
    const removal = await (await RemovalCase.ready({ shape })).begin()
    await removal.file.close()
    await removal.run()
    const first = removal.sagaId
    await removal.file.changeTo('open')
    await removal.begin()
    expect(removal.sagaId).not.toBe(first)
    await removal.run()
    expect(await removal.outcome()).toEqual(removed)
  })

  it('decides again when another write takes the version of the ticket first', async () => {
    const removal = await (await RemovalCase.ready({ shape })).begin()
    const { api, ticketId } = removal.file
    const run = removal.run()
    await api.call(agent, addComment, { params: { ticketId }, body: { body: 'Meanwhile.' } })
    await run
    expect(await removal.outcome()).toEqual(removed)
  })

  it('gives back nothing of a person whose file was added before people had a quota', async () => {
    const removal = await RemovalCase.ready({ shape })
    const { table, key } = attachmentRow(removal.file.ref)
    await removal.file.store.write({ kind: 'update', table, key, remove: ['isCounted'] })
    await removal.begin()
    await removal.run()
    expect(await removal.outcome()).toEqual({ ...removed, held: { openUploads: 0, usedBytes: png.length } })
  })
})

describe.each(shapes)('one fault in any call of a removal (%s)', (shape) => {
  it.each(faults.flatMap((fault) => [[fault, 'open'] as const, [fault, 'closed'] as const]))(
    'it has a defined end: %s, on a ticket that is %s',
    async (fault, status) => {
      let ended = 0
      for (let number = 1; number < 200; number++) {
        const plan = (call: { number: number }) => (call.number === number ? fault : undefined)
        const removal = await RemovalCase.ready({ shape, plan })
        await removal.begin()
        if (status === 'closed') await removal.file.close()
        const label = `${fault} at call ${number}`
        expect((await removal.run()).status, label).toBe('succeeded')
        await removal.lateCallsLand()
        const saga = await removal.saga()
        expect(['completed', 'compensated'], label).toContain(saga.state)
        if (status === 'closed') expect(saga.state, label).toBe('compensated')
        expect(await removal.outcome(), label).toEqual(saga.state === 'completed' ? removed : kept(removal.key))
        if (removal.calls.happened.length === 0) break
        ended++
      }
      expect(ended).toBeGreaterThan(5)
    },
  )
})

describe('a removal whose request is still being applied', () => {
  it('does not take the file for unmarked, although a plain read does not show the mark yet', async () => {
    const removal = await RemovalCase.ready()
    const { file } = removal
    const read = attachmentRow(file.ref)
    const before = await file.store.get(read)
    await removal.begin()
    const isOfFile = ({ table, key }: Read) => table === read.table && key.sk === read.key.sk
    const store = interceptStore(file.store, (call, proceed) =>
      call.method === 'get' && isOfFile(call.args[0]) ? Promise.resolve(before) : proceed(),
    )
    const { seq = 0 } = removalOfSaga(removal.sagaId) ?? {}
    const context = {
      saga: { tenant: 'acme', id: removal.sagaId, correlationId: 'any' },
      input: { ticketId: file.ticketId, attachmentId: file.id, seq },
      results: undefined,
      nowMs: file.runtime.now(),
      store,
      tools: { runtime: file.runtime },
    }
    expect((await confirmMark(context)).plan).toBe('skip')
    expect(await unmark(context)).toMatchObject({ plan: 'write', writes: [{ kind: 'update' }] })
    await removal.run()
    const next = { ...context, input: { ...context.input, seq: seq + 1 } }
    expect((await confirmMark(next)).plan).toBe('refuse')
  })
})

describe('a second execution of a removal', () => {
  it('goes on where the first one stopped, and nothing is released twice', async () => {
    for (const last of ['mark', 'remove', 'delete', 'release']) {
      const removal = await RemovalCase.ready({ shape: 'steps' })
      await removal.begin()
      const ref = { tenant: 'acme', sagaId: removal.sagaId, generation: 1 }
      for (const step of ['mark', 'remove', 'delete', 'release']) {
        await removal.task({ action: 'do', steps: [step], ...ref })
        if (step === last) break
      }
      const { id, state, definition } = await removal.saga()
      const touchedAt = new Date(removal.file.runtime.now()).toISOString()
      if (last !== 'release')
        await removal.file.store.write(
          nextGeneration({ tenant: 'acme', id, generation: 1 }, touchedAt, { state, definition }),
        )
      expect((await removal.run(last === 'release' ? 1 : 2)).status, last).toBe('succeeded')
      expect(await removal.outcome(), last).toEqual(removed)
      expect(await removal.fences(), last).toEqual({ mark: 'done', remove: 'done', delete: 'done', release: 'done' })
    }
  })
})

describe('a request to remove a file', () => {
  it('is answered once for both of two duplicates, and changes nothing when it is repeated under another key', async () => {
    const removal = await RemovalCase.ready()
    const first = await removal.request(customer, 'once')
    const second = await removal.request(customer, 'once')
    expect([first.status, second.text, second.headers['Idempotent-Replayed']]).toEqual([202, first.text, 'true'])
    const other = await removal.request(agent)
    expect([other.status, other.text, other.headers.ETag]).toEqual([202, first.text, first.headers.ETag])
    expect((await removal.file.eventTypes()).at(-2)).toBe('ticket.attachment_added')
  })

  it('leads to one removal when two are sent at once', async () => {
    const removal = await RemovalCase.ready()
    const [first, second] = await Promise.all([removal.request(), removal.request(agent)])
    expect([first.status, second.status, second.json.sagaId]).toEqual([202, 202, first.json.sagaId])
    const requests = (await removal.file.eventTypes()).filter((type) => type.endsWith('removal_requested'))
    expect(requests).toHaveLength(1)
  })

  it('is answered 202 with the removed state once the file is gone', async () => {
    const removal = await (await RemovalCase.ready()).begin()
    await removal.run()
    const { status, json } = await removal.request()
    expect([status, json.state, json.sagaId]).toEqual([202, 'removed', removal.sagaId])
  })

  it('takes the download URL away at once', async () => {
    const removal = await RemovalCase.ready()
    expect(await removal.file.get()).toHaveProperty('downloadUrl')
    await removal.request()
    expect(await removal.file.get()).not.toHaveProperty('downloadUrl')
  })

  it('is 404 for those who may not see the ticket, 409 on a closed ticket and before the file is ready', async () => {
    const removal = await RemovalCase.ready()
    expect((await removal.request(otherCustomer)).status).toBe(404)
    expect((await removal.request(stranger)).status).toBe(404)
    await removal.file.close()
    const closed = await removal.request()
    expect([closed.status, closed.json.type]).toEqual([409, 'https://steadfast.dev/problems/ticket-closed'])
    await removal.file.changeTo('open')
    const { table, key } = attachmentRow(removal.file.ref)
    await removal.file.store.write({ kind: 'update', table, key, set: { state: 'inspecting' } })
    const early = await removal.request()
    expect([early.status, early.json.type, early.json.state]).toEqual([
      409,
      'https://steadfast.dev/problems/attachment-not-ready',
      'inspecting',
    ])
  })

  it('names its saga to those who can read it, and to no other customer', async () => {
    for (const [by, isTold] of [
      [customer, true],
      [agent, false],
    ] as const) {
      const removal = await RemovalCase.ready()
      const uploadSagaId = removal.file.sagaId
      const { json } = await removal.request(by)
      const { sagaId } = json
      expect(sagaId).toMatch(/^r/)
      expect((await removal.file.read(agent)).json.sagaId).toBe(sagaId)
      expect((await removal.file.read(customer)).json.sagaId).toBe(isTold ? sagaId : undefined)
      expect((await removal.request(customer)).json.sagaId).toBe(isTold ? sagaId : undefined)
      const read = (id: unknown) => removal.file.api.call(customer, getSaga, { params: { sagaId: String(id) } })
      expect((await read(sagaId)).status).toBe(isTold ? 200 : 404)
      expect((await read(uploadSagaId)).status).toBe(200)
    }
  })

  it('does not name the upload of an agent to the customer of the ticket', async () => {
    const api = new Api()
    const file = await new AttachmentCase({ api }).request(promiseOf(png), await api.openTicket(customer), agent)
    expect((await file.read(agent)).json.sagaId).toBe(file.sagaId)
    expect((await file.read(customer)).json).not.toHaveProperty('sagaId')
  })

  it('names a saga that is shown as pending until it starts, and no other id is', async () => {
    const removal = await RemovalCase.ready()
    const sagaId = String((await removal.request()).json.sagaId)
    const read = (id: string, person = customer) => removal.file.api.call(person, getSaga, { params: { sagaId: id } })
    expect((await read(sagaId)).json).toMatchObject({ id: sagaId, name: 'removal', state: 'pending', steps: [] })
    expect((await read(sagaId, otherCustomer)).status).toBe(404)
    expect((await read(sagaId, stranger)).status).toBe(404)
    const { seq = 0 } = removalOfSaga(sagaId) ?? {}
    expect((await read(sagaId.replace(/-[0-9]+$/, `-${seq - 1}`))).status).toBe(404)
    expect((await read(sagaId.replace(/-[0-9]+$/, `-${seq + 1}`))).status).toBe(404)
  })
})
