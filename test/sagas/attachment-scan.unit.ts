import { describe, expect, it } from 'vitest'
import { machineFinder } from '../../app/saga-recovery.ts'
import { attachment, scannedAttachment } from '../../sagas/attachment/attachment.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { shapes } from '../../sagas/phases.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { nextGeneration } from '../../tables/sagas.ts'
import { putHolds } from '../../tables/settings.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, eicar, png, promiseOf } from './attachment-fixture.ts'

const clean = { verdict: 'clean' } as const
const infected = { verdict: 'infected', threat: 'EICAR-Test-File (not a virus)' } as const
const unscannable = { verdict: 'unscannable', why: 'the scan failed' } as const

/** A file that was uploaded, and whose saga waits for the verdict. */
async function scanning(options: ConstructorParameters<typeof AttachmentCase>[0] = {}) {
  const file = await new AttachmentCase({ ...options, isScanned: true }).request(promiseOf(png))
  const uploading = await file.start()
  file.put(png)
  await file.outcome()
  return { file, waiting: await uploading.resume() }
}

/** Expects no trace of the file but the reason on its row. */
async function expectRejected(file: AttachmentCase, reason: RegExp) {
  expect(await file.get()).toMatchObject({ state: 'rejected', reason: expect.stringMatching(reason) })
  expect(file.objects.keys()).toEqual([])
  expect(await file.reservedBytes()).toBe(0)
  expect(await file.eventTypes()).not.toContain('ticket.attachment_added')
  expect(await file.saga()).toMatchObject({ state: 'compensated' })
  expect(await file.storedRow()).not.toHaveProperty('scanToken')
}

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
    expect((await held.resume()).status).toBe('succeeded')
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

describe('a verdict', () => {
  it('that arrives before the wait is opened is found when the wait opens', async () => {
    const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
    file.put(png)
    expect(await file.scanned(clean)).toBe('waiting')
    const uploading = await file.start()
    await file.outcome()
    const before = file.callbacks.called.length
    const waiting = await uploading.resume()
    expect(file.callbacks.called).toHaveLength(before + 1)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('that arrives twice has no second effect', async () => {
    const { file, waiting } = await scanning()
    const etag = await etagOf(file)
    expect([await file.scanned(clean), await file.scanned(clean)]).toEqual(['woken', 'waiting'])
    await waiting.resume()
    expect(await file.scanned(clean, etag)).toBe('too-late')
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('whose callback is lost is found when the wait times out', async () => {
    const { file, waiting } = await scanning()
    await file.scanned(clean)
    await waiting.resume('States.Timeout')
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('whose callback is lost gets another one from the sweeper', async () => {
    const { file } = await scanning()
    file.callbacks.succeed = async () => Promise.reject(new Error('no answer'))
    await expect(file.scanned(clean)).rejects.toThrow('no answer')
    const woken: string[] = []
    file.callbacks.succeed = async (token) => {
      woken.push(token)
      return 'delivered'
    }
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ woken: 1, 'under-way': 0, complete: true })
    expect(woken).toHaveLength(1)
  })

  it('that has not arrived is not decided early when the upload is reported again', async () => {
    const { file } = await scanning()
    const before = file.callbacks.called.length
    expect(await file.outcome()).toBe('under-way')
    file.runtime.advance(60_000)
    expect(await file.sweep()).toMatchObject({ woken: 0, 'under-way': 1 })
    expect(file.callbacks.called).toHaveLength(before)
  })

  it('on other bytes does not count and wakes no saga', async () => {
    const { file, waiting } = await scanning()
    const other = '0'.repeat(32)
    expect(await file.scanned(clean, other)).toBe('waiting')
    await waiting.resume('States.Timeout')
    await expectRejected(file, /gave no verdict/)
  })

  it('on other bytes does not count even when it is worse', async () => {
    const { file, waiting } = await scanning()
    await file.scanned(infected, '0'.repeat(32))
    await file.scanned(clean)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('that arrives after the compensation changes nothing', async () => {
    const { file, waiting } = await scanning()
    const etag = await etagOf(file)
    await waiting.resume('States.Timeout')
    const row = await file.storedRow()
    expect(await file.scanned(clean, etag)).toBe('too-late')
    expect(await file.scanned(infected, etag)).toBe('too-late')
    expect(await file.storedRow()).toEqual(row)
    await expectRejected(file, /gave no verdict/)
  })

  it('on an object that is not one of our uploads is ignored', async () => {
    const { file } = await scanning()
    file.objects.replace('quarantine/../x', png)
    const unknown = { key: 'quarantine/../x', etag: '0'.repeat(32), verdict: clean }
    expect(await file.scannedAs(unknown)).toBe('unknown-key')
    expect(await file.scannedAs({ ...unknown, key: file.key.replace('quarantine/', 'clean/') })).toBe('unknown-key')
  })
})

describe('a verdict that arrives while its wait is opened', () => {
  /** The calls that open the wait in order, with the two calls of the verdict at any places among them. */
  const places = Array.from({ length: 12 }, (_, first) =>
    Array.from({ length: 12 - first }, (_, between) => [first, between] as const),
  ).flat()

  it('wakes the saga, in whatever order the calls of both reach the tables', async () => {
    let calls = 0
    for (const [first, between] of places) {
      const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
      await file.start()
      file.put(png)
      const ref = { tenant: 'acme', sagaId: file.sagaId, generation: 1 }
      const open = { action: 'do', steps: ['upload'], awaits: 'scan', token: 'the-token', attempt: 0, ...ref }
      const { etag = '' } = (await file.objects.head(file.key)) ?? {}
      calls = 0
      await runInterleaved(
        interceptStore(file.store, (_, proceed) => {
          calls++
          return proceed()
        }),
        (store) => file.task(open, { store }),
        (store) => file.scannedAs({ key: file.key, etag, verdict: clean }, store),
        [...Array(first).fill(0), 1, ...Array(between).fill(0), 1],
      )
      expect(file.callbacks.called, `${first} calls before, ${between} between`).toContain('the-token')
    }
    expect(calls - 2, 'calls of opening').toBeLessThan(12)
  })
})

describe('different verdicts on the same bytes', () => {
  it.each([
    ['clean, then infected', [clean, infected], 'rejected'],
    ['infected, then clean', [infected, clean], 'rejected'],
    ['unscannable, then infected', [unscannable, infected], 'rejected'],
    ['infected, then unscannable', [infected, unscannable], 'rejected'],
    ['clean, then unscannable', [clean, unscannable], 'ready'],
    ['unscannable, then clean', [unscannable, clean], 'ready'],
  ])('%s: the order does not matter', async (_, verdicts, state) => {
    const { file, waiting } = await scanning()
    for (const verdict of verdicts) await file.scanned(verdict)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state })
  })

  it('are reported when malware is found in bytes that were found clean before', async () => {
    const { file, waiting } = await scanning()
    const etag = await etagOf(file)
    await file.scanned(clean)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state: 'ready' })
    expect(await file.scanned(infected, etag)).toBe('taken-back')
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

async function etagOf(file: AttachmentCase): Promise<string> {
  return (await file.objects.head(file.key))?.etag ?? ''
}
