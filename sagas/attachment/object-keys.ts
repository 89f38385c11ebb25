import { ResourceId, TenantId } from '../../domain/ids.ts'
import type { AttachmentRef } from '../../tables/attachments.ts'

/** Uploads stay in `quarantine/` until they are inspected. Only the saga writes to `clean/`. */
export const quarantinePrefix = 'quarantine/'
export const cleanPrefix = 'clean/'

export function quarantineKey(ref: AttachmentRef): string {
  return quarantinePrefix + pathOf(ref)
}

export function cleanKey(ref: AttachmentRef): string {
  return cleanPrefix + pathOf(ref)
}

/** The attachment that an object key refers to, under either prefix; undefined for a key that we did not make. */
export function attachmentOfKey(key: string): AttachmentRef | undefined {
  const [, tenant, ticketId, id] = /^(?:quarantine|clean)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(key) ?? []
  const isOurs =
    TenantId.safeParse(tenant).success && [ticketId, id].every((part) => ResourceId.safeParse(part).success)
  return isOurs && tenant && ticketId && id ? { tenant, ticketId, id } : undefined
}

/** Unambiguous, as ids contain no slash. File names are not part of the key. */
function pathOf({ tenant, ticketId, id }: AttachmentRef): string {
  return `${tenant}/${ticketId}/${id}`
}
