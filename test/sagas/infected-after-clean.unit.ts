import { describe, expect, it } from 'vitest'
import { takeBack } from '../../app/take-back.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { shapes } from '../../sagas/phases.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { agent, customer } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { RemovalCase } from './removal-fixture.ts'

const infected = { verdict: 'infected', threat: 'Late' } as const
const clean = { verdict: 'clean' } as const
const unscannable = { verdict: 'unscannable', why: 'the scan failed' } as const
const reason = 'the file is infected: Late'

/** A file that is part of its ticket, after a scan or without one; with the ETag of its bytes. */
async function readyFile({ isScanned = true } = {}) {
  const file = await new AttachmentCase({ isScanned }).request(promiseOf(png))
  const uploading = await file.start()
  file.put(png)
  const { etag = '' } = (await file.objects.head(file.key)) ?? {}
  await file.outcome()
  const scanning = await uploading.resume()
  if (isScanned) {
    await file.scanned(clean)
    await scanning.resume()
  }
  expect(await file.get()).toMatchObject({ state: 'ready', downloadUrl: expect.any(String) })
  const say = (verdict: Parameters<typeof file.scanned>[0]) => file.scannedAs({ key: file.key, etag, verdict })
  return { file, etag, say }
}

async function expectNotServed({ file }: { file: AttachmentCase }, state: string) {
  const shown = await file.get()
  expect(shown).toMatchObject({ state, reason })
  expect(shown).not.toHaveProperty('downloadUrl')
}

/** Expects that the file left no object and no bytes, and that the ticket says once each what was done, by whom and why. */
async function expectTakenBack({ file }: { file: AttachmentCase }, requests = 1) {
  await expectNotServed({ file }, 'removed')
  expect(file.objects.keys()).toEqual([])
  expect(await file.reservedBytes()).toBe(0)
  expect(await file.heldBy()).toMatchObject({ openUploads: 0, usedBytes: 0 })
  const { json } = await file.api.call(customer, listEvents, { params: { ticketId: file.ticketId } })
  const bySystem = json.items.filter(({ actor }) => actor === 'steadfast:system')
  expect(bySystem).toMatchObject([
    ...Array(requests).fill({ type: 'ticket.attachment_removal_requested', data: { why: 'infected' } }),
    { type: 'ticket.attachment_removed', data: { attachmentId: file.id, why: 'infected' } },
  ])
}

describe.each(shapes)('a file in which malware is found after it became part of its ticket (%s)', (shape) => {
  it('is taken back: metadata, object, quota and event', async () => {
    const ready = await readyFile()
    expect(await ready.say(infected)).toBe('taken-back')
    await expectNotServed(ready, 'removing')
    const removal = await new RemovalCase(ready.file, { shape }).beginTakingBack()
    expect((await removal.run()).status).toBe('succeeded')
    expect(await removal.saga()).toMatchObject({ state: 'completed', requestedBy: 'steadfast:system' })
    expect((await removal.saga()).correlationId).toBe((await ready.file.saga()).correlationId)
    await expectTakenBack(ready)
  })

  it.each(['before the verdict', 'after it'])('is taken back from a ticket that was closed %s', async (when) => {
    const ready = await readyFile()
    if (when === 'before the verdict') await ready.file.close()
    expect(await ready.say(infected)).toBe('taken-back')
    if (when === 'after it') await ready.file.close()
    const removal = await new RemovalCase(ready.file, { shape }).beginTakingBack()
    await removal.run()
    await expectTakenBack(ready)
  })
})

describe('a verdict that finds malware in a file of a ticket', () => {
  it('takes the file back once, however often it is delivered and whatever is said later', async () => {
    const ready = await readyFile()
    const outcomes: string[] = []
    for (const verdict of [infected, clean, infected, unscannable]) outcomes.push(await ready.say(verdict))
    const removal = await new RemovalCase(ready.file).beginTakingBack()
    await removal.run()
    outcomes.push(await ready.say(infected))
    expect(outcomes).toEqual(['taken-back', ...Array(4).fill('too-late')])
    await expectTakenBack(ready)
  })

  it('takes the file back once when two copies are handled at the same time', async () => {
    for (let ahead = 0; ahead < 8; ahead++) {
      const ready = await readyFile()
      const { key } = ready.file
      const handle = (store: AttachmentCase['store']) =>
        ready.file.scannedAs({ key, etag: ready.etag, verdict: infected }, store)
      await runInterleaved(ready.file.store, handle, handle, [...Array(ahead).fill(0), ...Array(8).fill(1)])
      const removal = await new RemovalCase(ready.file).beginTakingBack()
      await removal.run()
      await expectTakenBack(ready)
    }
  })

  it('is not served even if the removal can’t be requested, and takes the file back when it is delivered again', async () => {
    const ready = await readyFile()
    const { key } = ready.file
    const unavailable = interceptStore(ready.file.store, ({ method }, proceed) =>
      method === 'transactWrite' ? Promise.reject(new Error('not just now')) : proceed(),
    )
    await expect(ready.file.scannedAs({ key, etag: ready.etag, verdict: infected }, unavailable)).rejects.toThrow()
    await expectNotServed(ready, 'removing')
    expect(await ready.say(infected)).toBe('taken-back')
    const removal = await new RemovalCase(ready.file).beginTakingBack()
    await removal.run()
    await expectTakenBack(ready)
  })

  it('takes over a removal that the uploader requested, even if that one is compensated', async () => {
    const ready = await readyFile()
    const requested = await new RemovalCase(ready.file).begin()
    await ready.file.close()
    expect(await ready.say(infected)).toBe('taken-back')
    await requested.run()
    expect(await requested.saga()).toMatchObject({
      state: 'compensated',
      reason: 'mark: the attachment is not marked for this removal any more',
    })
    await expectNotServed(ready, 'removing')
    const removal = await new RemovalCase(ready.file).beginTakingBack()
    await removal.run()
    await expectTakenBack(ready)
  })

  it('lets one removal take the file away when it races with the uploader’s', async () => {
    for (let ahead = 0; ahead < 16; ahead++) {
      const ready = await readyFile()
      const { file } = ready
      const requested = await new RemovalCase(file).begin()
      const run = (store: AttachmentCase['store']) => {
        file.through = store
        return requested.run()
      }
      await runInterleaved(
        file.api.store,
        run,
        (store) => file.scannedAs({ key: file.key, etag: ready.etag, verdict: infected }, store),
        [...Array(ahead).fill(0), ...Array(8).fill(1)],
      )
      file.through = undefined
      if ((await file.get()).state !== 'removed') {
        const removal = await new RemovalCase(file).beginTakingBack()
        await removal.run()
      }
      expect(await requested.outcome()).toMatchObject({
        state: 'removed',
        objects: [],
        tenantBytes: 0,
        removedEvents: 1,
      })
      expect(await file.heldBy()).toMatchObject({ openUploads: 0, usedBytes: 0 })
    }
  })

  it('changes nothing after the file was removed', async () => {
    const ready = await readyFile()
    const removal = await new RemovalCase(ready.file).begin()
    await removal.run()
    const row = await ready.file.storedRow()
    expect(await ready.say(infected)).toBe('too-late')
    expect(await ready.file.storedRow()).toEqual(row)
  })

  it('counts for a file that was added without a scan, too', async () => {
    const ready = await readyFile({ isScanned: false })
    expect(await ready.say(infected)).toBe('taken-back')
    const removal = await new RemovalCase(ready.file).beginTakingBack()
    await removal.run()
    await expectTakenBack(ready)
  })

  it('does not count when it is about other bytes', async () => {
    const { file } = await readyFile()
    expect(await file.scannedAs({ key: file.key, etag: 'f'.repeat(32), verdict: infected })).toBe('too-late')
    expect(await file.get()).toMatchObject({ state: 'ready', downloadUrl: expect.any(String) })
  })
})

describe('a verdict that finds malware after the scan has passed, but before the file is part of its ticket', () => {
  it('makes the pivot refuse the file, in whatever order the calls of both reach the tables', async () => {
    const ends = new Set<unknown>()
    for (let ahead = 0; ahead < 24; ahead++) {
      const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
      const uploading = await file.start()
      file.put(png)
      const { etag = '' } = (await file.objects.head(file.key)) ?? {}
      await file.outcome()
      const scanning = await uploading.resume()
      await file.scanned(clean)
      const say = (store: AttachmentCase['store']) => file.scannedAs({ key: file.key, etag, verdict: infected }, store)
      const run = (store: AttachmentCase['store']) => {
        file.through = store
        return scanning.resume()
      }
      await runInterleaved(file.api.store, run, say, [...Array(ahead).fill(0), ...Array(8).fill(1)])
      file.through = undefined
      const { state } = await file.get()
      ends.add(state)
      await expectNotServed({ file }, String(state))
      if (state === 'removing') {
        const removal = await new RemovalCase(file).beginTakingBack()
        await removal.run()
        await expectTakenBack({ file })
      } else {
        expect(await file.saga()).toMatchObject({ state: 'compensated' })
        expect(file.objects.keys()).toEqual([])
        expect(await file.eventTypes()).not.toContain('ticket.attachment_added')
      }
    }
    expect([...ends].toSorted()).toEqual(['rejected', 'removing'])
  })
})

describe('the hourly sweep', () => {
  it('takes back an infected file whose verdict could not, or whose removal was compensated, and leaves others alone', async () => {
    const ready = await readyFile()
    expect(await ready.file.sweepCopies()).toMatchObject({ kept: 1, 'taken-back': 0 })
    await ready.say(infected)
    // As after a removal that was given up: the mark is gone, the verdict stays.
    const { table, key } = attachmentRow(ready.file.ref)
    const remove = ['removalSeq', 'removalRequestedBy', 'removalWhy', 'reason']
    await ready.file.store.write({ kind: 'update', table, key, set: { state: 'ready' }, remove })
    expect(await ready.file.sweepCopies()).toMatchObject({ 'taken-back': 1, complete: true })
    expect(await ready.file.sweepCopies()).toMatchObject({ kept: 1, 'taken-back': 0 })
    const removal = await new RemovalCase(ready.file).beginTakingBack()
    await removal.run()
    await expectTakenBack(ready, 2)
  })
})

describe('taking back a file', () => {
  it('changes nothing while no verdict speaks against the file', async () => {
    const { file } = await readyFile()
    const before = await file.eventTypes()
    await takeBack(file.recording, file.ref, file.runtime.now() + 10_000)
    expect(await file.eventTypes()).toEqual(before)
    expect(await file.get()).toHaveProperty('downloadUrl')
  })
})

describe('a ready file', () => {
  it('is handed out after verdicts that find nothing, and stays as it was stored', async () => {
    const { file, say } = await readyFile()
    const before = await file.storedRow()
    for (const verdict of [clean, unscannable]) await say(verdict)
    expect(await file.storedRow()).toEqual(before)
    expect(await file.get()).toHaveProperty('downloadUrl')
  })

  it('of an earlier version, whose row does not name its bytes, is taken back when they had been reported clean', async () => {
    const ready = await readyFile()
    const { table, key } = attachmentRow(ready.file.ref)
    await ready.file.store.write({ kind: 'update', table, key, remove: ['etag'] })
    await ready.file.scannedAs({ key: ready.file.key, etag: 'f'.repeat(32), verdict: infected })
    expect(await ready.file.get()).toHaveProperty('downloadUrl')
    expect(await ready.say(infected)).toBe('taken-back')
    await expectNotServed(ready, 'removing')
    expect((await ready.file.read(agent)).json.sagaId).toMatch(/^r/)
  })
})
