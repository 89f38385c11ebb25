import { Delivery, recordDelivery } from '../../../tables/deliveries.ts'
import { Notice, noticeId, postNotice, recordMail } from '../../../tables/notices.ts'
import { at, ids, later, tenant } from '../example.ts'
import { correlationId, person, tenantNote } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const id = noticeId({ occurredAt: at, sagaId: '6f1ed002ab5595859014ebf0951522d9' })
const owner = { tenant, userId: 'carla' }

const notice = rowKind({
  name: 'notice',
  table: 'Notices',
  key: { pk: 'TENANT#{tenant}#NOTICES#{userId}', sk: '{noticeId}' },
  is: 'one notice in the app of one person about one event',
  life: 'mutable',
  changed: 'its saga, with the outcome of the mail; the person, by reading it',
  deleted: 'withdrawn by its saga when the mail is refused; otherwise never',
  unique: 'event and person, by its id; it must find no row',
  schema: Notice,
  notes: {
    id: 'time of the event and id of the saga',
    type: 'type of the event',
    ticketId: 'its ticket; the title is read when the notice is shown',
    seq: 'number of the event',
    createdAt: 'time of the event',
    readAt: { meaning: 'when the person read it; the first time stays', changes: 'once', absent: 'until then' },
    mail: { meaning: 'what became of the e-mail', changes: 'once', absent: 'until that is known' },
    correlationId,
  },
  stored: { tenant: tenantNote, userId: { type: 'text', ...person('whose notice it is') } },
  example: () => [
    postNotice(owner, {
      id,
      type: 'ticket.opened',
      ticketId: ids.ticket,
      seq: 1,
      createdAt: at,
      correlationId: ids.correlation,
    }),
    recordMail(owner, id, 'sent'),
  ],
})

const delivery = rowKind({
  name: 'delivery',
  table: 'Notices',
  key: { pk: 'TENANT#{tenant}#DELIVERIES#{webhook}', sk: '{deliveryId}' },
  is: 'what became of one event’s message to one webhook',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'never',
  unique: 'event and webhook, by its id; it must find no row',
  schema: Delivery,
  notes: {
    id: 'time of the event and id of the saga',
    endpoint: 'name of the webhook',
    type: 'type of the event',
    ticketId: 'its ticket',
    seq: 'number of the event',
    outcome: 'delivered, given up, or skipped as the webhook is gone',
    createdAt: 'time of the event',
    settledAt: 'when the outcome was known',
    correlationId,
  },
  stored: { tenant: tenantNote },
  example: () => [
    recordDelivery(tenant, {
      id,
      endpoint: 'crm',
      type: 'ticket.opened',
      ticketId: ids.ticket,
      seq: 1,
      outcome: 'delivered',
      createdAt: at,
      settledAt: later,
      correlationId: ids.correlation,
    }),
  ],
})

export const noticeKinds = [notice, delivery]
