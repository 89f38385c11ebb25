import * as z from 'zod'
import { attachmentBytesMax, type FileDeclaration } from './attachment.ts'
import type { Refusal } from './decision.ts'

/** One hundred files of the largest size, or a few thousand screenshots. */
export const tenantBytesMax = 100 * attachmentBytesMax

/** A tenth of the tenant's: it takes ten people to use up what all share. */
export const personBytesMax = tenantBytesMax / 10

/** More files than people attach to one message. A slot that nothing is uploaded to closes by itself after a quarter of an hour. */
export const openUploadsMax = 10

/** What one person's attachments use: uploads in progress, and the bytes of those and of the files that are stored. */
export const UploadCounter = z.object({ openUploads: z.int().nonnegative(), usedBytes: z.int().nonnegative() })
export type UploadCounter = z.infer<typeof UploadCounter>

/** The counters that limit uploads; undefined before the first upload. */
export interface UploadUsage {
  person?: UploadCounter | undefined
  tenant?: { usedBytes: number } | undefined
}

/** Why one more file may not be uploaded; undefined when it may. */
export function checkUploadQuota(
  { person, tenant }: UploadUsage,
  { sizeBytes }: Pick<FileDeclaration, 'sizeBytes'>,
): Refusal | undefined {
  if ((person?.openUploads ?? 0) >= openUploadsMax) return { why: 'too-many-uploads', max: openUploadsMax }
  if ((person?.usedBytes ?? 0) + sizeBytes > personBytesMax)
    return { why: 'attachment-quota-used-up', whose: 'person', maxBytes: personBytesMax }
  if ((tenant?.usedBytes ?? 0) + sizeBytes > tenantBytesMax)
    return { why: 'attachment-quota-used-up', whose: 'tenant', maxBytes: tenantBytesMax }
  return undefined
}
