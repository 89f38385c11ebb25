import { describe, expect, it } from 'vitest'
import { tenantBytesMax } from '../../domain/upload-quota.ts'
import { shapes } from '../../sagas/phases.ts'
import type { Store } from '../../tables/store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, eicar, png, promiseOf, uploadSeconds } from './attachment-fixture.ts'
import { expectTakenBack } from './expect-taken-back.ts'

describe.each(shapes)('an uploaded file, with the attachment saga compiled to %s', (shape) => {
  it('becomes part of its ticket when it is what was declared, and only its clean copy is kept', async () => {
    const file = await new AttachmentCase({ shape }).request(promiseOf(png))
    expect(await file.get()).toMatchObject({ id: file.id, state: 'requested', sagaId: file.sagaId })
    expect(await file.heldBy()).toEqual({ openUploads: 1, usedBytes: png.length })
    const waiting = await file.start()
    expect(waiting.status).toBe('waiting')
    const slot = await file.get()
    expect(slot).toMatchObject({ state: 'awaiting_upload', uploadUrl: expect.any(String) })
    expect(Date.parse(String(slot.uploadExpiresAt)) - file.runtime.now()).toBeLessThanOrEqual(uploadSeconds * 1000)
    file.put(png)
    expect(await file.outcome()).toBe('woken')
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready', downloadUrl: expect.stringContaining('clean/') })
    expect(file.objects.keys()).toEqual([`clean/acme/${file.ticketId}/${file.id}`])
    expect(await file.reservedBytes()).toBe(png.length)
    expect(await file.heldBy()).toEqual({ openUploads: 0, usedBytes: png.length })
    expect(await file.eventTypes()).toEqual(['ticket.opened', 'ticket.attachment_requested', 'ticket.attachment_added'])
    const saga = await file.saga()
    expect(saga.state).toBe('completed')
    expect(saga.timeline.map(({ step, outcome }) => `${step}: ${outcome}`)).toEqual([
      'quota: done',
      'upload: waiting',
      'upload: done',
      'inspect: done',
      'promote: done',
      'publish: done',
      'clean: done',
    ])
  })

  it.each([
    ['another content of that length', promiseOf(png), Buffer.from(png).fill(7, 60), /SHA-256/],
    ['another length', promiseOf(png), png.subarray(0, 30), /30 bytes/],
    [
      'another type',
      promiseOf(Buffer.from('%PDF-1.4 no picture'), 'image/png'),
      '%PDF-1.4 no picture',
      /not image\/png/,
    ],
    ['text with control characters', promiseOf(Buffer.from('a\x1b[2J'), 'text/plain'), 'a\x1b[2J', /not text\/plain/],
    ['malware', promiseOf(eicar, 'text/plain'), eicar, /infected: EICAR/],
  ])('is rejected when it is %s', async (_, promise, bytes, reason) => {
    const file = await new AttachmentCase({ shape }).request(promise)
    const waiting = await file.start()
    file.put(Buffer.from(bytes))
    await file.outcome()
    expect((await waiting.resume()).status).toBe('succeeded')
    await expectTakenBack(file, 'rejected', reason)
  })

  it('is rejected when its ticket was closed in the meantime', async () => {
    const file = await new AttachmentCase({ shape }).request(promiseOf(png))
    const waiting = await file.start()
    file.put(png)
    await file.close()
    await waiting.resume()
    await expectTakenBack(file, 'rejected', /closed in the meantime/)
  })

  it('expires when it is never uploaded', async () => {
    const file = await new AttachmentCase({ shape }).request(promiseOf(png))
    const waiting = await file.start()
    await waiting.resume('States.Timeout')
    await expectTakenBack(file, 'expired', /nothing was uploaded in time/)
  })

  it("is rejected without an upload slot when the tenant's quota is used up", async () => {
    const file = await new AttachmentCase({ shape }).request(promiseOf(png))
    const row = { pk: 'TENANT#acme#QUOTA#ATTACHMENTS', sk: 'BYTES', usedBytes: tenantBytesMax - png.length + 1 }
    await file.store.write({ kind: 'put', table: 'Quotas', row })
    expect((await file.start()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'rejected', reason: expect.stringMatching(/quota/) })
    expect(await file.reservedBytes()).toBe(row.usedBytes)
    expect(await file.saga()).toMatchObject({ state: 'compensated' })
  })
})

describe('plain text', () => {
  it.each([
    ['of any script', 'Grüße, 你好, שלום 🙂\r\n\tEnde\n', 'ready'],
    ['with a byte order mark', '\ufeffhello', 'ready'],
    ['that is no UTF-8', Buffer.from([0x41, 0xff, 0xfe, 0x41]), 'rejected'],
    ['with a NUL', 'a\0b', 'rejected'],
    ['that is a page of XML', '<?xml version="1.0"?><a/>', 'rejected'],
  ])('%s is %s', async (_, content, state) => {
    const bytes = Buffer.from(content)
    const file = await new AttachmentCase().request(promiseOf(bytes, 'text/plain'))
    const waiting = await file.start()
    file.put(bytes)
    await waiting.resume()
    expect((await file.get()).state).toBe(state)
  })
})

describe('an upload', () => {
  it('that arrives before the task token is stored is picked up when the slot opens', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    file.put(png)
    expect(await file.outcome()).toBe('waiting')
    expect(file.callbacks.called).toEqual([])
    const waiting = await file.start()
    expect(file.callbacks.called).toHaveLength(1)
    await waiting.resume()
    expect((await file.get()).state).toBe('ready')
  })

  it('whose event is lost is found and accepted when the wait times out', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    const waiting = await file.start()
    file.put(png)
    await waiting.resume('States.Timeout')
    expect((await file.get()).state).toBe('ready')
  })

  it('whose callback is lost gets another one from the sweeper, with the newest token', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await file.start()
    file.put(png)
    expect(await file.sweep()).toMatchObject({ woken: 0, waiting: 0 })
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ woken: 1, complete: true })
    expect(await file.sweep()).toMatchObject({ woken: 0, waiting: 1 })
  })

  it('is accepted once: a second one is refused while the first exists, and removed afterwards', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    const waiting = await file.start()
    expect(file.put(png)).toBe('stored')
    expect(file.put(eicar)).toBe('refused')
    expect([await file.outcome(), await file.outcome()]).toEqual(['woken', 'waiting'])
    await waiting.resume()
    expect(file.put(eicar)).toBe('stored')
    expect(await file.outcome()).toBe('removed')
    expect(file.objects.keys()).toEqual([`clean/acme/${file.ticketId}/${file.id}`])
    expect((await file.get()).state).toBe('ready')
  })

  it('is accepted by both copies of a task, whichever commits first', async () => {
    for (let before = 0; before < 9; before++) {
      const file = await new AttachmentCase().request(promiseOf(png))
      await file.start()
      file.put(png)
      const task = { action: 'do', steps: ['upload'], tenant: 'acme', sagaId: file.sagaId, generation: 1 }
      const copy = (store: Store) => file.task(task, { store })
      const answers = await runInterleaved(file.store, copy, copy, [...Array(before).fill(0), ...Array(9).fill(1)])
      expect(answers, `${before} calls before`).toEqual([{ direction: 'forward' }, { direction: 'forward' }])
    }
  })

  it('that is replaced between inspection and promotion is not promoted', async () => {
    const file = await new AttachmentCase({ shape: 'steps' }).request(promiseOf(png))
    await file.start()
    file.put(png)
    const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    await file.task({ action: 'do', steps: ['upload', 'inspect'], ...task })
    file.objects.replace(file.key, eicar)
    await expect(file.task({ action: 'do', steps: ['promote'], ...task })).rejects.toThrow(/changed or removed/)
    const undo = ['promote', 'inspect', 'upload', 'quota']
    await file.task({ action: 'resolve-pivot', undo, error: { Error: 'StepRefused' }, ...task })
    await expectTakenBack(file, 'rejected', /changed or removed after its inspection/)
  })

  it('that arrives after the compensation is removed, on its event or by the sweeper', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await (await file.start()).resume('States.Timeout')
    file.put(png)
    expect(await file.outcome()).toBe('removed')
    file.put(png)
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ removed: 1 })
    await expectTakenBack(file, 'expired', /in time/)
  })

  it('that arrives during the compensation is removed in the end', async () => {
    const file = await new AttachmentCase({ shape: 'steps' }).request(promiseOf(png))
    await file.start()
    const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    await expect(file.task({ action: 'do', steps: ['upload'], ...task })).rejects.toThrow(/in time/)
    await file.task({ action: 'resolve-pivot', undo: [], error: { Error: 'StepRefused' }, ...task })
    for (const step of ['promote', 'inspect', 'upload']) await file.task({ action: 'undo', undo: [step], ...task })
    file.put(png)
    expect(await file.outcome()).not.toBe('removed')
    await file.task({ action: 'undo', undo: ['quota'], ...task })
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ removed: 1 })
    await expectTakenBack(file, 'expired', /in time/)
  })

  it('with a key that belongs to no upload slot is left alone and reported', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    file.objects.replace('quarantine/../x', png)
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ 'unknown-key': 1, removed: 0 })
  })
})
