import type { CommandMetadata } from './command-metadata.ts'
import { type Decision, refused } from './decision.ts'

/**
 * Marks the actor's own notice as read. Reading it again keeps the first time. A notice has no history, so this records no event.
 * Another user's notice is not found, because the read looks only among the actor's own.
 */
export function readNotice<Notice extends { id: string; readAt?: string | undefined }>(
  { notice }: { notice?: Notice | undefined },
  { by, at }: CommandMetadata,
): Decision<Notice & { readAt: string }> {
  if (!notice) return refused({ why: 'not-found', what: 'notice' })
  const readAt = notice.readAt ?? at
  return {
    outcome: 'changed-without-event',
    changes: [{ operation: 'mark-read', entity: 'notice', noticeId: notice.id, userId: by.id, readAt }],
    result: { ...notice, readAt },
  }
}
