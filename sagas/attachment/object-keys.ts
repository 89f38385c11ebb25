import { ResourceId, TenantId } from '../../domain/ids.ts'
import type { AttachmentRef } from '../../tables/attachments.ts'

/** Where uploads lie until they are inspected, and where what was found clean lies after. Nobody but the saga writes to `clean/`. */
export const quarantinePrefix = 'quarantine/'
export const cleanPrefix = 'clean/'

export function quarantineKey(ref: AttachmentRef): string {
  return quarantinePrefix + pathOf(ref)
}

export function cleanKey(ref: AttachmentRef): string {
  return cleanPrefix + pathOf(ref)
}

/** The attachment whose object has this key, under either prefix; undefined for a key that is none of ours. */
export function attachmentOfKey(key: string): AttachmentRef | undefined {
  const [, tenant, ticketId, id] = /^(?:quarantine|clean)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? []
  const isOurs =
    TenantId.safeParse(tenant).success && [ticketId, id].every((part) => ResourceId.safeParse(part).success)
  return isOurs && tenant && ticketId && id ? { tenant, ticketId, id } : undefined
}

/** Ids can't contain a slash, and file names are no part of it. */
function pathOf({ tenant, ticketId, id }: AttachmentRef): string {
  return `${tenant}/${ticketId}/${id}`
}
