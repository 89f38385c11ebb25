import { describe, expect, it } from 'vitest'
import { tenantBytesMax } from '../../domain/upload-quota.ts'
import { cleanKey } from '../../sagas/attachment/object-keys.ts'
import { shapes } from '../../sagas/phases.ts'
import type { Store } from '../../tables/store.ts'
import { customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, eicar, png, promiseOf, uploadSeconds } from './attachment-fixture.ts'

/** Expects no trace of the file: no object, no reserved byte, no event, and a row with the reason. */
async function expectTakenBack(file: AttachmentCase, state: 'rejected' | 'expired', reason: RegExp) {
  expect(await file.get()).toMatchObject({ state, reason: expect.stringMatching(reason) })
  expect(file.objects.keys()).toEqual([])
  expect(await file.reservedBytes()).toBe(0)
  expect(await file.heldBy()).toEqual({ openUploads: 0, usedBytes: 0 })
  expect(await file.eventTypes()).not.toContain('ticket.attachment_added')
  expect(await file.saga()).toMatchObject({ state: 'compensated' })
}

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

describe('the clean copy of a file', () => {
  /** Runs until the file is copied and the pivot is not committed yet. */
  async function promoted() {
    const file = await new AttachmentCase({ shape: 'steps' }).request(promiseOf(png))
    await file.start()
    file.put(png)
    const saga = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    const act = (step: string) => file.task({ action: 'do', steps: [step], ...saga })
    const undo = (step: string) => file.task({ action: 'undo', undo: [step], ...saga })
    const resolvePivot = () =>
      file.task({ action: 'resolve-pivot', undo: [], error: { Error: 'StepRefused' }, ...saga })
    for (const step of ['upload', 'inspect', 'promote']) await act(step)
    return { file, act, undo, resolvePivot, copy: cleanKey(file.ref) }
  }

  it('is kept by the sweeper while its saga runs, and once it is part of its ticket', async () => {
    const { file, act, copy } = await promoted()
    expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0, complete: true })
    for (const step of ['publish', 'clean']) {
      await act(step)
      expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0 })
    }
    expect(file.objects.keys()).toEqual([copy])
    expect((await file.get()).state).toBe('ready')
  })

  it('that arrives after both undos is removed by the sweeper, once its attachment has ended without it', async () => {
    const { file, undo, resolvePivot, copy } = await promoted()
    await resolvePivot()
    for (const step of ['promote', 'inspect', 'upload']) await undo(step)
    file.objects.replace(copy, png)
    expect(await file.sweepCopies()).toMatchObject({ kept: 1, removed: 0 })
    await undo('quota')
    expect(file.objects.keys()).toEqual([copy])
    expect(await file.sweepCopies()).toMatchObject({ removed: 1, complete: true })
    await expectTakenBack(file, 'rejected', /./)
    expect(await file.sweepCopies()).toMatchObject({ kept: 0, removed: 0 })
  })

  it('that belongs to no attachment is reported and not touched', async () => {
    const { file, copy } = await promoted()
    const stray = copy.replace(file.id, '99999999-9999-4999-8999-999999999999')
    file.objects.replace(stray, png)
    file.objects.replace('clean/../x', png)
    expect(await file.sweepCopies()).toMatchObject({ 'unknown-key': 2, removed: 0 })
    expect(file.objects.keys()).toContain(stray)
  })
})

describe('an upload slot', () => {
  it('takes the token of a later attempt, keeps its expiry, and never takes back an earlier token', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await file.start()
    const { uploadExpiresAt } = await file.get()
    const open = (token: string, attempt: number) => {
      const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token, attempt }
      return file.task({ action: 'do', steps: ['quota'], awaits: 'upload', ...task })
    }
    await open('later', 2)
    await open('earlier', 1)
    const stored = (await allRows(file.store, 'Tickets')).find(({ sk }) => sk === `ATTACHMENT#${file.id}`)
    expect(stored).toMatchObject({ token: 'later', uploadExpiresAt })
    file.put(png)
    await file.outcome()
    expect(file.callbacks.called).toEqual(['later'])
  })

  it('never gets back the token of an earlier attempt, wherever a later attempt overtakes it', async () => {
    for (let before = 0; before < 9; before++) {
      const file = await new AttachmentCase().request(promiseOf(png))
      await file.start()
      const ref = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
      const open = (token: string, attempt: number) => (store: Store) =>
        file.task({ action: 'do', steps: ['quota'], awaits: 'upload', token, attempt, ...ref }, { store })
      const order = [...Array(before).fill(0), ...Array(9).fill(1)]
      await runInterleaved(file.store, open('earlier', 1), open('later', 2), order)
      expect(await file.storedRow(), `${before} calls before`).toMatchObject({ token: 'later' })
    }
  })

  it('is not opened by an attempt that runs after its undo', async () => {
    const file = await new AttachmentCase().request(promiseOf(png))
    await (await file.start()).resume('States.Timeout')
    const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token: 'late', attempt: 9 }
    await expect(file.task({ action: 'do', steps: [], awaits: 'upload', ...task })).rejects.toMatchObject({
      name: 'StepClosed',
    })
    expect((await file.get()).state).toBe('expired')
  })
})

describe('the attachment quota of a tenant', () => {
  it('is never exceeded by concurrent reservations, and each one that fits is granted', async () => {
    const first = await new AttachmentCase().request(promiseOf(png))
    const room = 5
    const row = { pk: 'TENANT#acme#QUOTA#ATTACHMENTS', sk: 'BYTES', usedBytes: tenantBytesMax - room * png.length }
    await first.store.write({ kind: 'put', table: 'Quotas', row })
    const cases = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        new AttachmentCase({ api: first.api }).request(promiseOf(png), undefined, {
          ...customer,
          id: `person${index}`,
        }),
      ),
    )
    const ends = await Promise.all(cases.map((file) => file.start()))
    expect(ends.filter(({ status }) => status === 'waiting')).toHaveLength(room)
    expect(await first.reservedBytes()).toBe(tenantBytesMax)
  })
})
