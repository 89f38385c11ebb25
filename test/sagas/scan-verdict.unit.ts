import { describe, expect, it } from 'vitest'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { runInterleaved } from '../fixtures/interleaving.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'
import { clean, etagOf, expectRejected, infected, scanning, unscannable } from './attachment-scan-fixture.ts'

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
