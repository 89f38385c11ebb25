import * as z from 'zod'
import { attachmentBytesMax } from '../domain/attachment.ts'
import type { Condition } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Quotas`: the bytes of a tenant's attachments, including those reserved for uploads in progress. One row per tenant. It changes only in
 * a transaction with a step's fence, so each step counts once, and under a condition on its value at that moment, so no interleaving
 * exceeds the quota.
 */
const table = 'Quotas'

/** One hundred files of the largest size, or a few thousand screenshots. */
export const tenantBytesMax = 100 * attachmentBytesMax

export const AttachmentBytes = z.object({ usedBytes: z.int().nonnegative() })
export type AttachmentBytes = z.infer<typeof AttachmentBytes>

const keyOf = (tenant: string) => ({ pk: tenantKey(tenant, 'QUOTA', 'ATTACHMENTS'), sk: 'BYTES' })

export function attachmentBytesRow(tenant: string): RowRead<AttachmentBytes> {
  return { table, key: keyOf(tenant), parse: (row) => AttachmentBytes.parse(row) }
}

export function isAttachmentBytes({ sk }: Row): boolean {
  return sk === 'BYTES'
}

/** Reserves bytes. Undefined when the counter, as read, leaves too few. */
export function reserveBytes(tenant: string, bytes: number, counter: AttachmentBytes | undefined): Write | undefined {
  if ((counter?.usedBytes ?? 0) + bytes > tenantBytesMax) return undefined
  const when: Condition = {
    any: [{ row: 'absent' }, { attribute: 'usedBytes', atMost: tenantBytesMax - bytes }],
  }
  return { kind: 'update', table, key: keyOf(tenant), add: { usedBytes: bytes }, when }
}

export function releaseBytes(tenant: string, bytes: number): Write {
  return { kind: 'update', table, key: keyOf(tenant), add: { usedBytes: -bytes }, when: { row: 'present' } }
}
