import * as z from 'zod'
import { openUploadsMax, personBytesMax, tenantBytesMax, UploadCounter } from '../domain/upload-quota.ts'
import type { Condition } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Key, Row, Write } from './store.ts'

/**
 * `Quotas`: the bytes of attachments, including those reserved for uploads in progress, in one row per tenant (`BYTES`) and one per person
 * (`USER#id`), which counts open uploads too. A tenant's row changes only in a transaction with a step's fence; a person's also in the
 * transaction of a request. So each reservation counts once, and as every one is conditional on the value at that moment, no interleaving
 * exceeds a limit.
 */
const table = 'Quotas'

export const AttachmentBytes = z.object({ usedBytes: z.int().nonnegative() })
export type AttachmentBytes = z.infer<typeof AttachmentBytes>

const personPrefix = 'USER#'
const partition = (tenant: string) => tenantKey(tenant, 'QUOTA', 'ATTACHMENTS')
const tenantsKey = (tenant: string) => ({ pk: partition(tenant), sk: 'BYTES' })
const personsKey = (tenant: string, userId: string) => ({ pk: partition(tenant), sk: personPrefix + userId })

export function attachmentBytesRow(tenant: string): RowRead<AttachmentBytes> {
  return { table, key: tenantsKey(tenant), parse: (row) => AttachmentBytes.parse(row) }
}

export function uploadCounterRow(tenant: string, userId: string): RowRead<UploadCounter> {
  return { table, key: personsKey(tenant, userId), parse: (row) => UploadCounter.parse(row) }
}

export function isAttachmentBytes({ sk }: Row): boolean {
  return sk === 'BYTES'
}

export function isUploadCounter({ sk }: Row): boolean {
  return String(sk).startsWith(personPrefix)
}

/** The person whose counter a sort key names. */
export function personOfCounter(sk: string): string {
  return sk.slice(personPrefix.length)
}

/** Reserves bytes of the tenant. Undefined when the counter, as read, leaves too few. */
export function reserveBytes(tenant: string, bytes: number, counter: AttachmentBytes | undefined): Write | undefined {
  if ((counter?.usedBytes ?? 0) + bytes > tenantBytesMax) return undefined
  const when: Condition = {
    any: [{ row: 'absent' }, { attribute: 'usedBytes', atMost: tenantBytesMax - bytes }],
  }
  return { kind: 'update', table, key: tenantsKey(tenant), add: { usedBytes: bytes }, when }
}

export function releaseBytes(tenant: string, bytes: number): Write {
  return { kind: 'update', table, key: tenantsKey(tenant), add: { usedBytes: -bytes }, when: { row: 'present' } }
}

/** A tenant's row as a repair after a restore counts it. */
export function restoredBytes(tenant: string, usedBytes: number): Row {
  return { ...tenantsKey(tenant), usedBytes }
}

/** A person's row as a repair after a restore counts it. */
export function restoredUploads(tenant: string, userId: string, counter: UploadCounter): Row {
  return { ...personsKey(tenant, userId), ...counter }
}

/** Counts one more upload of a person, and its bytes. */
export function reserveUpload(tenant: string, { userId, sizeBytes }: { userId: string; sizeBytes: number }): Write {
  const hasRoom: Condition = {
    all: [
      { attribute: 'openUploads', below: openUploadsMax },
      { attribute: 'usedBytes', atMost: personBytesMax - sizeBytes },
    ],
  }
  return {
    kind: 'update',
    table,
    key: personsKey(tenant, userId),
    add: { openUploads: 1, usedBytes: sizeBytes },
    when: { any: [{ row: 'absent' }, hasRoom] },
  }
}

/** What an attachment holds of its uploader's quota. Requests of earlier versions hold nothing. */
interface Counted {
  requestedBy: string
  sizeBytes: number
  isCounted?: true | undefined
}

/** The upload has ended with a stored file: its bytes still count, its slot does not. */
export function closeUpload(tenant: string, { requestedBy, isCounted }: Counted): Write[] {
  return isCounted ? [release(tenant, requestedBy, { openUploads: -1 })] : []
}

/** The upload has ended without a file: its slot and bytes no longer count. */
export function releaseUpload(tenant: string, { requestedBy, sizeBytes, isCounted }: Counted): Write[] {
  return isCounted ? [release(tenant, requestedBy, { openUploads: -1, usedBytes: -sizeBytes })] : []
}

/** A stored file has been removed. */
export function releaseFile(tenant: string, { requestedBy, sizeBytes, isCounted }: Counted): Write[] {
  const ofTenant = releaseBytes(tenant, sizeBytes)
  return isCounted ? [ofTenant, release(tenant, requestedBy, { usedBytes: -sizeBytes })] : [ofTenant]
}

/**
 * Replaces a counter that is wrong (docs/adr/0039), provided it has not changed since it was read as `read`: of a reservation and this
 * write, the later one sees the other.
 */
export function replaceCounter(key: Key, counted: Row, read: Row | undefined): Write {
  const unchanged = Object.entries(read ?? {}).map(
    ([attribute, value]): Condition => ({ attribute, equals: Number(value) }),
  )
  return { kind: 'update', table, key, set: counted, when: read ? { all: unchanged } : { row: 'absent' } }
}

function release(tenant: string, userId: string, add: Record<string, number>): Write {
  return { kind: 'update', table, key: personsKey(tenant, userId), add, when: { row: 'present' } }
}
