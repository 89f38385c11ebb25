import * as z from 'zod'
import type { Change } from '../domain/decision.ts'
import { Follower, Message, Ticket } from '../domain/ticket.ts'
import { sameEmail, User } from '../domain/user.ts'
import { writeAttachment } from './attachments.ts'
import { absent, present } from './condition.ts'
import { aggregateKey, type RowRead, seqKey, tenantKey } from './keys.ts'
import { markRead } from './notices.ts'
import { resumeSaga } from './sagas.ts'
import { putSettings, putWebhook, removeWebhook } from './settings.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Tickets`: the truth. A ticket's partition holds its header (`HEADER`), messages (`MESSAGE#seq`), followers
 * (`FOLLOWER#user`) and attachments (`ATTACHMENT#id`, {@link ./attachments.ts}); a user's its row (`USER`); an e-mail address its owner (`EMAIL`), which makes it unique in the tenant.
 */
const table = 'Tickets'

const headerKey = (tenant: string, id: string) => ({ pk: aggregateKey(tenant, { type: 'ticket', id }), sk: 'HEADER' })
const messageKey = (tenant: string, ticketId: string, seq: number) => ({
  pk: aggregateKey(tenant, { type: 'ticket', id: ticketId }),
  sk: `MESSAGE#${seqKey(seq)}`,
})
const followerKey = (tenant: string, ticketId: string, userId: string) => ({
  pk: aggregateKey(tenant, { type: 'ticket', id: ticketId }),
  sk: `FOLLOWER#${userId}`,
})
const userKey = (tenant: string, id: string) => ({ pk: aggregateKey(tenant, { type: 'user', id }), sk: 'USER' })
const emailKey = (tenant: string, email: string) => ({ pk: tenantKey(tenant, 'EMAIL', sameEmail(email)), sk: 'EMAIL' })

const EmailOwner = z.object({ userId: z.string() })

export const ticketRow = (tenant: string, id: string): RowRead<Ticket> => ({
  table,
  key: headerKey(tenant, id),
  parse: ticketOf,
})
export const followerRow = (tenant: string, ticketId: string, userId: string): RowRead<Follower> => ({
  table,
  key: followerKey(tenant, ticketId, userId),
  parse: (row) => Follower.strip().parse(row),
})
export const userRow = (tenant: string, id: string): RowRead<User> => ({
  table,
  key: userKey(tenant, id),
  parse: (row) => User.strip().parse(row),
})
export const emailRow = (tenant: string, email: string): RowRead<{ userId: string }> => ({
  table,
  key: emailKey(tenant, email),
  parse: (row) => EmailOwner.parse(row),
})
export const messageRow = (tenant: string, ticketId: string, seq: number): RowRead<Message> => ({
  table,
  key: messageKey(tenant, ticketId, seq),
  parse: messageOf,
})

/** Throws `ZodError` on a row that is no message. */
export function messageOf(row: Row): Message {
  return Message.strip().parse(row)
}

/** Throws `ZodError` on a row that is no ticket header. */
export function ticketOf(row: Row): Ticket {
  return Ticket.strip().parse(row)
}

/** A ticket's messages in order, opening text and reasons included. */
export function messagesOf(tenant: string, ticketId: string): Query {
  return { table, partition: headerKey(tenant, ticketId).pk, sort: { prefix: 'MESSAGE#' } }
}

export type QueueFilter = { by: 'status' | 'assignee' | 'requester'; value: string }

/** A tenant's ticket headers, newest first: all, or those of one status, assignee or requester. */
export function queueOf(tenant: string, filter?: QueueFilter): Query {
  const [index, partition] = filter
    ? ([queueIndexes[filter.by], tenantKey(tenant, filter.by.toUpperCase(), filter.value)] as const)
    : (['byTenant', tenantKey(tenant, 'TICKETS')] as const)
  return { table, index, partition, descending: true }
}

const queueIndexes = { status: 'byStatus', assignee: 'byAssignee', requester: 'byRequester' } as const

/** The key attributes by which a page of {@link queueOf} goes on after this ticket. */
export function queuePosition(
  tenant: string,
  filter: QueueFilter | undefined,
  { id, openedAt }: { id: string; openedAt: string },
) {
  const { partition } = queueOf(tenant, filter)
  const attribute = filter ? (`${filter.by}Pk` as const) : 'tenantPk'
  return { ...headerKey(tenant, id), [attribute]: partition, openedSk: openedKey({ id, openedAt }) }
}

/** The ticket after which a page of {@link queueOf} ended, by the `next` of that page: it may be one that a filter left out. */
export function queuePositionOf(next: Row): { openedAt: string; id: string } {
  const [openedAt = '', id = ''] = String(next.openedSk).split('#')
  return { openedAt, id }
}

const openedKey = ({ id, openedAt }: { id: string; openedAt: string }) => `${openedAt}#${id}`

/**
 * One change of a decision as one write with its condition: what is new must not exist, what changes must be as it was read.
 * The version condition is what refuses a lost update.
 */
export function writeOf(tenant: string, change: Change): Write {
  switch (change.row) {
    case 'ticket': {
      const { ticket } = change
      const row = {
        ...headerKey(tenant, ticket.id),
        ...ticket,
        tenant,
        tenantPk: tenantKey(tenant, 'TICKETS'),
        statusPk: tenantKey(tenant, 'STATUS', ticket.status),
        requesterPk: tenantKey(tenant, 'REQUESTER', ticket.requester),
        ...(ticket.assignee && { assigneePk: tenantKey(tenant, 'ASSIGNEE', ticket.assignee) }),
        openedSk: openedKey(ticket),
      }
      return { kind: 'put', table, row, when: follows(ticket.version) }
    }
    case 'message': {
      const { message } = change
      const row = { ...messageKey(tenant, message.ticketId, message.seq), ...message, tenant }
      return { kind: 'put', table, row, when: absent }
    }
    case 'follower': {
      const { follower } = change
      const row = { ...followerKey(tenant, follower.ticketId, follower.userId), ...follower, tenant }
      return { kind: 'put', table, row, when: absent }
    }
    case 'no-follower':
      return { kind: 'delete', table, key: followerKey(tenant, change.ticketId, change.userId), when: present }
    case 'attachment':
      return writeAttachment(tenant, change.attachment)
    case 'user': {
      const { user } = change
      return { kind: 'put', table, row: { ...userKey(tenant, user.id), ...user, tenant }, when: follows(user.version) }
    }
    case 'email': {
      const row = { ...emailKey(tenant, change.email), userId: change.userId, tenant }
      return { kind: 'put', table, row, when: absent }
    }
    case 'settings':
      return putSettings(tenant, change.settings, follows(change.settings.version))
    case 'webhook':
      return putWebhook(tenant, change.webhook)
    case 'no-webhook':
      return removeWebhook(tenant, change.name)
    case 'resumed-saga':
      return resumeSaga(tenant, change)
    case 'read-notice':
      return markRead({ tenant, userId: change.userId }, change.noticeId, change.readAt)
    default:
      return change satisfies never
  }
}

/** That an aggregate is still at this version: what a command that changes nothing rests on. */
export function unmoved({ table, key }: RowRead<unknown>, version: number): Write {
  return { kind: 'check', table, key, when: { attribute: 'version', equals: version } }
}

function follows(version: number) {
  return version === 1 ? absent : { attribute: 'version', equals: version - 1 }
}
