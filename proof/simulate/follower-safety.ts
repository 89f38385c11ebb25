import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { aggregateKey, seqKey } from '../../tables/keys.ts'
import type { RequestAttempt } from '../load/attempt.ts'
import type { Report } from './broken-invariant.ts'
import type { Mirror } from './mirror.ts'

/**
 * Judges a success of following or unfollowing, "nothing to change" included: by the events up to the version that was answered, the person
 * follows the ticket or does not.
 */
export function judgeFollowing(mirror: Mirror, report: Report, { tenant = '', request = '', answer }: RequestAttempt) {
  const [operation, params] = JSON.parse(request)
  if (operation !== followTicket.operation && operation !== unfollowTicket.operation) return
  const pk = aggregateKey(tenant, { type: 'ticket', id: params.ticketId })
  const version = Number(String(JSON.parse(answer ?? '{}').etag).replaceAll('"', ''))
  const isFollower = follows(mirror, { pk, userId: params.userId, version })
  if (isFollower !== (operation === followTicket.operation))
    report(
      8,
      `${pk} version ${version}`,
      `was acknowledged, although ${params.userId} ${isFollower ? 'follows' : 'does not follow'} it`,
    )
}

function follows(mirror: Mirror, { pk, userId, version }: { pk: string; userId: string; version: number }): boolean {
  for (let seq = version; seq > 0; seq--) {
    const event = mirror.get('Events', { pk, sk: seqKey(seq) })
    if ((event?.data as { userId?: string } | undefined)?.userId !== userId) continue
    if (event?.type === 'ticket.follower_added') return true
    if (event?.type === 'ticket.follower_removed') return false
  }
  return false
}
