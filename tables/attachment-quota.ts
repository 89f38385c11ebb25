import * as z from 'zod'
import { attachmentBytesMax } from '../domain/attachment.ts'
import type { Condition } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Quotas`: the bytes of a tenant's attachments, those reserved for uploads under way included. One row, changed only in one
 * transaction with a step's fence, under a condition on what it says then: no interleaving can overshoot, and each step counts once.
 */
const table = 'Quotas'

/** A hundred of the largest files, or some thousand screenshots. */
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

/** The write that takes `bytes`, or undefined when so many are not left. */
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
