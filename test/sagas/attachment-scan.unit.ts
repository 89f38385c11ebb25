import { describe, expect, it } from 'vitest'
import { machineFinder } from '../../app/saga-recovery.ts'
import { attachment, scannedAttachment } from '../../sagas/attachment/attachment.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { shapes } from '../../sagas/phases.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { nextGeneration } from '../../tables/sagas.ts'
import { putHolds } from '../../tables/settings.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, eicar, png, promiseOf } from './attachment-fixture.ts'
import { clean, expectRejected, infected, scanning, unscannable } from './attachment-scan-fixture.ts'

const heldScanner = { holds: [{ dependency: 'scanner', since: '2026-03-01T11:00:00.000Z', by: 'ada' }] }

describe.each(shapes)('an upload while the scanner is held (%s)', (shape) => {
  it('is not rejected when no verdict comes in time: it waits, and passes with the verdict that came meanwhile', async () => {
    const { file, waiting } = await scanning({ shape })
    await file.store.write(putHolds('acme', heldScanner))
    const held = await waiting.resume('States.Timeout')
    expect(held.status).toBe('waiting')
    expect(await file.saga()).toMatchObject({ state: 'running', held: { dependency: 'scanner' } })
    await file.scanned(clean)
    await file.store.write(putHolds('acme', { holds: [] }))
    const before = file.callbacks.called.length
    const scanned = await held.resume()
    // The wait for the verdict is opened again, and calls back at once.
    expect(file.callbacks.called).toHaveLength(before + 1)
    expect((await scanned.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('waits for a verdict again when it was released before there was one', async () => {
    const { file, waiting } = await scanning({ shape })
    await file.store.write(putHolds('acme', heldScanner))
    const held = await waiting.resume('States.Timeout')
    await file.store.write(putHolds('acme', { holds: [] }))
    const scanned = await held.resume()
    expect(scanned.status).toBe('waiting')
    expect(await file.get()).toMatchObject({ state: 'inspecting' })
    expect(await file.saga()).not.toHaveProperty('held')
    expect(await file.scanned(clean)).toBe('woken')
    expect((await scanned.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('waits before its inspection, where no service scans', async () => {
    const file = await new AttachmentCase({ shape }).request(promiseOf(png))
    const uploading = await file.start()
    file.put(png)
    await file.store.write(putHolds('acme', heldScanner))
    await file.outcome()
    const held = await uploading.resume()
    expect(await file.saga()).toMatchObject({ state: 'running', held: { dependency: 'scanner' } })
    await file.store.write(putHolds('acme', { holds: [] }))
    expect((await held.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })
})

describe.each(shapes)('a scanned upload, with the attachment saga compiled to %s', (shape) => {
  it('is inspected once it was found clean, and not before', async () => {
    const { file, waiting } = await scanning({ shape })
    expect(waiting.status).toBe('waiting')
    expect(await file.get()).toMatchObject({ state: 'inspecting' })
    expect(await file.scanned(clean)).toBe('woken')
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready' })
    expect(await file.storedRow()).not.toHaveProperty('scanToken')
    const { timeline, definition } = await file.saga()
    expect(definition).toBe(definitionVersion(scannedAttachment))
    expect(timeline.map(({ step, outcome }) => `${step}: ${outcome}`)).toEqual([
      'quota: done',
      'upload: waiting',
      'upload: done',
      'scan: waiting',
      'scan: done',
      'inspect: done',
      'promote: done',
      'publish: done',
      'clean: done',
    ])
  })

  it.each([
    ['infected', infected, /^the file is infected: EICAR/],
    ['unscannable', unscannable, /^the file could not be scanned for malware: the scan failed$/],
  ])('is rejected when the verdict is %s', async (_, verdict, reason) => {
    const { file, waiting } = await scanning({ shape })
    await file.scanned(verdict)
    expect((await waiting.resume()).status).toBe('succeeded')
    await expectRejected(file, reason)
  })

  it('is rejected when no verdict arrives in time', async () => {
    const { file, waiting } = await scanning({ shape })
    await waiting.resume('States.Timeout')
    await expectRejected(file, /^the malware scan gave no verdict in time$/)
  })

  it('is inspected by us as well, whatever the scanner found', async () => {
    const file = await new AttachmentCase({ shape, isScanned: true }).request(promiseOf(eicar, 'text/plain'))
    const uploading = await file.start()
    file.put(eicar)
    const waiting = await uploading.resume()
    await file.scanned(clean)
    await waiting.resume()
    await expectRejected(file, /infected: EICAR-Test-File$/)
  })

  it('expires when nothing is uploaded', async () => {
    const file = await new AttachmentCase({ shape, isScanned: true }).request(promiseOf(png))
    await (await file.start()).resume('States.Timeout')
    expect(await file.get()).toMatchObject({ state: 'expired', reason: 'nothing was uploaded in time' })
    expect(await file.saga()).toMatchObject({ state: 'compensated' })
  })
})

describe('a zombie execution whose saga waits for a verdict', () => {
  it('leaves the wait to the next generation, which does not wait for the upload again and gets the callback', async () => {
    const { file } = await scanning()
    const at = new Date(file.runtime.now()).toISOString()
    const definition = definitionVersion(scannedAttachment)
    const ref = { tenant: 'acme', id: file.sagaId, generation: 1 }
    await file.store.write(nextGeneration(ref, at, { state: 'running', definition }))
    const before = file.callbacks.called.length
    const uploaded = await file.execute(2)
    // Opening the wait calls back at once, as there is nothing to wait for.
    expect(file.callbacks.called).toHaveLength(before + 1)
    const waiting = await uploaded.resume()
    expect(waiting.status).toBe('waiting')
    const { scanToken } = await file.storedRow()
    expect(await file.scanned(clean)).toBe('woken')
    expect(file.callbacks.called.at(-1)).toBe(scanToken)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state: 'ready' })
    expect(await file.saga()).toMatchObject({ state: 'completed', generation: 2 })
  })

  it('leaves nothing to wait for when it had published the file: the next generation goes on at once', async () => {
    const { file } = await scanning()
    await file.scanned(clean)
    const steps = ['scan', 'inspect', 'promote', 'publish']
    await file.task({ action: 'do', steps, tenant: 'acme', sagaId: file.sagaId, generation: 1 })
    const ref = { tenant: 'acme', id: file.sagaId, generation: 1 }
    const at = new Date(file.runtime.now()).toISOString()
    const definition = definitionVersion(scannedAttachment)
    await file.store.write(nextGeneration(ref, at, { state: 'running', definition }))
    const before = file.callbacks.called.length
    const uploaded = await file.execute(2)
    const scanned = await uploaded.resume()
    expect(file.callbacks.called).toHaveLength(before + 2)
    expect((await scanned.resume()).status).toBe('succeeded')
    expect(await file.saga()).toMatchObject({ state: 'completed', generation: 2 })
  })

  it.each([
    ['store', false],
    ['put in the place of another', true],
  ])("can't bring back its own token, not even one that it was about to %s", async (_, isOpen) => {
    for (let before = 0; before < 12; before++) {
      const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
      await file.start()
      file.put(png)
      const ref = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
      const open = { action: 'do', steps: ['upload'], awaits: 'scan', ...ref }
      if (isOpen) await file.task({ ...open, token: 'first', attempt: 0 })
      await runInterleaved(
        file.store,
        (store) => file.task({ ...open, token: 'earlier', attempt: 1 }, { store }),
        (store) => file.task({ ...open, token: 'later', attempt: 2 }, { store }),
        [...Array(before).fill(0), ...Array(12).fill(1)],
      )
      expect(await file.storedRow(), `${before} calls before`).toMatchObject({ scanToken: 'later' })
    }
  })

  it('has the callback when its state is entered again, after retries of it before: attempts count from 0 then', async () => {
    const { file } = await scanning()
    const open = (token: string, attempt: number, enteredAt: string) => {
      const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token, attempt, enteredAt }
      return file.task({ action: 'do', steps: ['upload'], awaits: 'scan', ...task })
    }
    await open('before the hold', 2, '2026-03-01T13:00:00.000Z')
    await open('after the release', 0, '2026-03-01T14:00:00.000Z')
    expect(await file.storedRow()).toMatchObject({ scanToken: 'after the release' })
    await open('late copy', 3, '2026-03-01T13:00:00.000Z')
    expect(await file.storedRow()).toMatchObject({ scanToken: 'after the release' })
  })

  it("can't bring back its own token", async () => {
    const { file } = await scanning()
    const open = (token: string, attempt: number) => {
      const task = { tenant: 'acme', sagaId: file.sagaId, generation: 1, token, attempt }
      return file.task({ action: 'do', steps: ['upload'], awaits: 'scan', ...task })
    }
    await open('later', 2)
    await open('earlier', 1)
    await file.scanned(clean)
    expect(file.callbacks.called.at(-1)).toBe('later')
  })
})

describe('a deployment that changes the form of the saga', () => {
  it('pins the form under which a saga runs, even if its row was written under the other form just before', async () => {
    const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
    await file.write(attachment)
    expect(await file.saga()).toMatchObject({ state: 'pending', definition: definitionVersion(attachment) })
    await file.start()
    expect(await file.saga()).toMatchObject({ state: 'running', definition: definitionVersion(scannedAttachment) })
  })

  it('does not change a saga that runs under the other form', async () => {
    const file = await new AttachmentCase({ isScanned: false }).request(promiseOf(png))
    const waiting = await file.start()
    expect(definitionVersion(attachment)).not.toBe(definitionVersion(scannedAttachment))
    file.put(png)
    await file.outcome()
    // Scans are switched on while it waits.
    expect(await file.scanned(clean)).toBe('waiting')
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(await file.get()).toMatchObject({ state: 'ready' })
    expect(await file.saga()).toMatchObject({ state: 'completed', definition: definitionVersion(attachment) })
  })

  it('parks a saga of the other form whose execution was lost, until that form is deployed again', async () => {
    const { file } = await scanning()
    const machines = machineFinder({ attachment: 'arn' }, { isScanned: false })
    const taking = {
      store: file.store,
      runtime: file.runtime,
      machines: { ...file.machines, describe: async () => 'absent' },
    }
    const saga = await file.saga()
    expect(await ensureExecution(taking as never, saga, machines(saga))).toBe('parked')
    expect(await file.saga()).toMatchObject({ parking: { reason: expect.stringContaining('no longer deployed') } })
  })
})
