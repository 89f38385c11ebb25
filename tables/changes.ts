import type { Change } from '../domain/decision.ts'
import { reserveUpload } from './attachment-quota.ts'
import { putAttachment } from './attachments.ts'
import { putLateComment } from './late-comments.ts'
import { markRead } from './notices.ts'
import { putRedrive } from './redrives.ts'
import { advanceResumption, countResumed, putResumption } from './resumptions.ts'
import { resumeSaga, runSagaNow } from './saga-commands.ts'
import { deleteWebhook, putHolds, putSettings, putWebhook } from './settings.ts'
import { putSlaPolicies } from './sla-policies.ts'
import type { Write } from './store.ts'
import { deleteFollower, putFollower, putMessage, putTicket } from './tickets.ts'
import { putEmail, putUser } from './users.ts'

/** Turns one change of a decision into one write, under the condition of its table: a new row must be absent, a changed one unchanged. */
export function toWrite(tenant: string, change: Change): Write {
  switch (change.operation) {
    case 'put':
      return toPut(tenant, change)
    case 'delete':
      return change.entity === 'follower' ? deleteFollower(tenant, change) : deleteWebhook(tenant, change.name)
    case 'reserve':
      return reserveUpload(tenant, change)
    case 'resume':
      return resumeSaga(tenant, change)
    case 'run-now':
      return runSagaNow(tenant, change)
    case 'advance':
      return advanceResumption(tenant, change)
    case 'count-resumed':
      return countResumed(tenant, change.resumptionId)
    case 'mark-read':
      return markRead({ tenant, userId: change.userId }, change.noticeId, change.readAt)
    default:
      return change satisfies never
  }
}

function toPut(tenant: string, change: Change & { operation: 'put' }): Write {
  switch (change.entity) {
    case 'ticket':
      return putTicket(tenant, change.ticket)
    case 'message':
      return putMessage(tenant, change.message)
    case 'follower':
      return putFollower(tenant, change.follower)
    case 'attachment':
      return putAttachment(tenant, change.attachment)
    case 'user':
      return putUser(tenant, change.user)
    case 'email':
      return putEmail(tenant, change)
    case 'settings':
      return putSettings(tenant, change.settings)
    case 'webhook':
      return putWebhook(tenant, change.webhook)
    case 'holds':
      return putHolds(tenant, change.holds)
    case 'sla':
      return putSlaPolicies(tenant, change.sla)
    case 'redrive':
      return putRedrive(tenant, change.redrive)
    case 'resumption':
      return putResumption(tenant, change.resumption)
    case 'late-comment':
      return putLateComment(tenant, change.comment)
    default:
      return change satisfies never
  }
}
