import { expect } from 'vitest'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

export const clean = { verdict: 'clean' } as const
export const infected = { verdict: 'infected', threat: 'EICAR-Test-File (not a virus)' } as const
export const unscannable = { verdict: 'unscannable', why: 'the scan failed' } as const

/** A file that was uploaded, and whose saga waits for the verdict. */
export async function scanning(options: ConstructorParameters<typeof AttachmentCase>[0] = {}) {
  const file = await new AttachmentCase({ ...options, isScanned: true }).request(promiseOf(png))
  const uploading = await file.start()
  file.put(png)
  await file.outcome()
  return { file, waiting: await uploading.resume() }
}

export async function etagOf(file: AttachmentCase): Promise<string> {
  return (await file.objects.head(file.key))?.etag ?? ''
}

/** Expects no trace of the file but the reason on its row. */
export async function expectRejected(file: AttachmentCase, reason: RegExp) {
  expect(await file.get()).toMatchObject({ state: 'rejected', reason: expect.stringMatching(reason) })
  expect(file.objects.keys()).toEqual([])
  expect(await file.reservedBytes()).toBe(0)
  expect(await file.eventTypes()).not.toContain('ticket.attachment_added')
  expect(await file.saga()).toMatchObject({ state: 'compensated' })
  expect(await file.storedRow()).not.toHaveProperty('scanToken')
}
