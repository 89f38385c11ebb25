import type { CommandMetadata } from './command-metadata.ts'
import { type Decision, refused } from './decision.ts'

/**
 * Marks one's own notice as read, from the first time on. A notice has no history of its own: it makes no event. Notices of
 * others are looked for among one's own, and so are not found.
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
    answer: { ...notice, readAt },
  }
}
