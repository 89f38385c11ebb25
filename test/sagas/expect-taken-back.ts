import { expect } from 'vitest'
import type { AttachmentCase } from './attachment-fixture.ts'

/** Expects no trace of the file: no object, no reserved byte, no event, and a row with the reason. */
export async function expectTakenBack(file: AttachmentCase, state: 'rejected' | 'expired', reason: RegExp) {
  expect(await file.get()).toMatchObject({ state, reason: expect.stringMatching(reason) })
  expect(file.objects.keys()).toEqual([])
  expect(await file.reservedBytes()).toBe(0)
  expect(await file.heldBy()).toEqual({ openUploads: 0, usedBytes: 0 })
  expect(await file.eventTypes()).not.toContain('ticket.attachment_added')
  expect(await file.saga()).toMatchObject({ state: 'compensated' })
}
