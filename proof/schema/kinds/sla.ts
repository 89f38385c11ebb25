import { SlaPolicies } from '../../../domain/sla-policy.ts'
import { LateComment } from '../../../domain/ticket.ts'
import { putLateComment } from '../../../tables/late-comments.ts'
import { putSlaPolicies } from '../../../tables/sla-policies.ts'
import { at, ids, tenant } from '../example.ts'
import { eventHash, tenantNote, version } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const lateComment = rowKind({
  name: 'place of a late comment',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#TICKET#{ticketId}', sk: 'LATE_COMMENT#{occurredAt}#{seq}' },
  is: 'where one comment is listed that came in later than it was written; its text is in its message',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'never',
  unique: 'the number of its event, in its ticket; it must find no row',
  schema: LateComment,
  notes: {
    ticketId: 'its ticket',
    occurredAt: 'when the comment was written, as its request said',
    seq: 'number of the event and the message',
  },
  stored: { tenant: tenantNote },
  example: () => [putLateComment(tenant, { ticketId: ids.ticket, occurredAt: at, seq: 2 })],
})

const hours = [{ from: '09:00', to: '17:00' }]
const target = { firstAnswerMinutes: 60, resolutionMinutes: 960 }

const policies = rowKind({
  name: 'SLA policies',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#SLA#{sla}', sk: 'SLA_POLICIES' },
  is: 'a tenant’s SLA policies as they are now, of which no two hold at the same time. What they were is in `Events`',
  life: 'mutable',
  changed: 'each policy that is put replaces it, if it still has the version that was read',
  deleted: 'never',
  unique: 'one per tenant: the key',
  schema: SlaPolicies,
  notes: {
    policies: {
      meaning: 'each with its validity, calendar and targets, and the version that put it; at most 30',
      changes: 'when one is put',
    },
    version,
    eventHash,
  },
  stored: { tenant: tenantNote },
  example: () => [
    putSlaPolicies(tenant, {
      policies: [
        {
          id: 'standard',
          validFrom: at,
          timeZone: 'Europe/Berlin',
          businessHours: { monday: hours },
          targets: { low: target, normal: target, high: target, urgent: target },
          revision: 1,
        },
      ],
      version: 1,
    }),
  ],
})

export const slaKinds = [lateComment, policies]
