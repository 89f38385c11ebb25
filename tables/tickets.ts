import { Priority, wordOf } from '../domain/priority-scale.ts'
import { Follower, Message, Ticket } from '../domain/ticket.ts'
import { statuses } from '../domain/ticket-status.ts'
import { absent, type Condition, present } from './condition.ts'
import { aggregateKey, type RowRead, seqKey, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/**
 * `Tickets`, the source of truth: one partition per ticket holds its header (`HEADER`), messages (`MESSAGE#seq`), followers
 * (`FOLLOWER#user`) and attachments (`ATTACHMENT#id`, {@link ./attachments.ts}). The same table stores users ({@link ./users.ts}) and
 * tenant settings ({@link ./settings.ts}) in partitions of their own.
 */
const table = 'Tickets'

// These ignore the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const FollowerRow = Follower.strip()
const MessageRow = Message.strip()
const TicketRow = Ticket.strip()

const ticketPartition = (tenant: string, id: string) => aggregateKey(tenant, { type: 'ticket', id })
const headerKey = (tenant: string, id: string) => ({ pk: ticketPartition(tenant, id), sk: 'HEADER' })
const messageKey = (tenant: string, ticketId: string, seq: number) => ({
  pk: ticketPartition(tenant, ticketId),
  sk: `MESSAGE#${seqKey(seq)}`,
})
const followerKey = (tenant: string, ticketId: string, userId: string) => ({
  pk: ticketPartition(tenant, ticketId),
  sk: `FOLLOWER#${userId}`,
})

export const ticketRow = (tenant: string, id: string): RowRead<Ticket> => ({
  table,
  key: headerKey(tenant, id),
  parse: parseTicket,
})
export const followerRow = (tenant: string, ticketId: string, userId: string): RowRead<Follower> => ({
  table,
  key: followerKey(tenant, ticketId, userId),
  parse: parseFollower,
})
export const messageRow = (tenant: string, ticketId: string, seq: number): RowRead<Message> => ({
  table,
  key: messageKey(tenant, ticketId, seq),
  parse: parseMessage,
})

/** Throws `ZodError` on a row that is not a message. */
export function parseMessage(row: Row): Message {
  return MessageRow.parse(row)
}

/** A header as it is stored: its priority is there as a word, on the scale, or both (docs/adr/0043). */
export const StoredTicket = Ticket.extend({ priority: Priority.optional() })

/** Throws `ZodError` on a row that is not a ticket header. */
export function parseTicket(row: Row): Ticket {
  const { priority = priorityOnScale(row) } = row
  return TicketRow.parse({ ...row, priority })
}

/** The word for the level of a header's row; undefined where it has none. */
export function priorityOnScale({ priorityScale }: Row): Priority | undefined {
  return wordOf((priorityScale as { level?: unknown } | undefined)?.level)
}

export function isTicketHeader({ sk }: Row): boolean {
  return sk === 'HEADER'
}

/** Changes the form of a header that was read, provided that no command has written it since: each raises the version. */
export function updateHeader({ pk, sk, version }: Row, changes: { set?: Row; remove?: string[] }): Write {
  const when = { attribute: 'version', equals: Number(version) } as const
  return { kind: 'update', table, key: { pk: String(pk), sk: String(sk) }, ...changes, when }
}

/** Whether people wrote something in the row: a ticket's header, with its title, or a message. */
export function isTicketText(row: Row): row is Row & { pk: string; sk: string } {
  const { sk } = row
  return sk === 'HEADER' || String(sk).startsWith('MESSAGE#')
}

/** Prevents lost updates: the stored header must have the version before this one, or be absent for a new ticket. */
export function putTicket(tenant: string, ticket: Ticket): Write {
  const row = {
    ...headerKey(tenant, ticket.id),
    ...ticket,
    tenant,
    tenantPk: tenantKey(tenant, 'TICKETS'),
    statusPk: tenantKey(tenant, 'STATUS', ticket.status),
    requesterPk: tenantKey(tenant, 'REQUESTER', ticket.requester),
    ...(ticket.assignee && { assigneePk: tenantKey(tenant, 'ASSIGNEE', ticket.assignee) }),
    ...(ticket.assignee &&
      ticket.status !== 'closed' && { openAssigneePk: tenantKey(tenant, 'OPEN_ASSIGNEE', ticket.assignee) }),
    openedSk: openedKey(ticket),
  }
  return { kind: 'put', table, row, when: isNextVersion(ticket.version) }
}

export function putMessage(tenant: string, message: Message): Write {
  const row = { ...messageKey(tenant, message.ticketId, message.seq), ...message, tenant }
  return { kind: 'put', table, row, when: absent }
}

export function putFollower(tenant: string, follower: Follower): Write {
  const row = { ...followerKey(tenant, follower.ticketId, follower.userId), ...follower, tenant }
  return { kind: 'put', table, row, when: absent }
}

export function deleteFollower(tenant: string, { ticketId, userId }: Pick<Follower, 'ticketId' | 'userId'>): Write {
  return { kind: 'delete', table, key: followerKey(tenant, ticketId, userId), when: present }
}

/** A ticket's followers, by user id. */
export function followersQuery(tenant: string, ticketId: string): Query {
  return { table, partition: ticketPartition(tenant, ticketId), sort: { prefix: 'FOLLOWER#' } }
}

/** Throws `ZodError` on a row that is not a follower. */
export function parseFollower(row: Row): Follower {
  return FollowerRow.parse(row)
}

/** A ticket's messages in order, including the opening text and the reasons. */
export function messagesQuery(tenant: string, ticketId: string): Query {
  return { table, partition: ticketPartition(tenant, ticketId), sort: { prefix: 'MESSAGE#' } }
}

/** `openAssignee` selects the tickets of an assignee that are not closed, by a sparse index of those, which holds only keys. */
export type TicketFilter = { by: 'status' | 'assignee' | 'requester' | 'openAssignee'; value: string }

const filterIndexes = {
  status: { index: 'byStatus', part: 'STATUS', attribute: 'statusPk' },
  assignee: { index: 'byAssignee', part: 'ASSIGNEE', attribute: 'assigneePk' },
  requester: { index: 'byRequester', part: 'REQUESTER', attribute: 'requesterPk' },
  openAssignee: { index: 'openByAssigneeKeys', part: 'OPEN_ASSIGNEE', attribute: 'openAssigneePk' },
} as const

/** A tenant's ticket headers, newest first: all of them, or those with one status, assignee or requester; of `openAssignee`, their keys. */
export function ticketsQuery(tenant: string, filter?: TicketFilter): Query {
  if (!filter) return { table, index: 'byTenant', partition: tenantKey(tenant, 'TICKETS'), descending: true }
  const { index, part } = filterIndexes[filter.by]
  return { table, index, partition: tenantKey(tenant, part, filter.value), descending: true }
}

/** True for tickets that are not closed, but not in the index `openByAssigneeKeys`, as they were last written before it existed. */
export const isOpenWithoutKey: Condition = {
  all: [
    { attribute: 'openAssigneePk', is: 'absent' },
    {
      any: statuses.filter((status) => status !== 'closed').map((status) => ({ attribute: 'status', equals: status })),
    },
  ],
}

/** The position of a ticket in {@link ticketsQuery}: `after` for the page that follows it. */
export function ticketPosition(
  tenant: string,
  filter: TicketFilter | undefined,
  { id, openedAt }: { id: string; openedAt: string },
) {
  const { partition } = ticketsQuery(tenant, filter)
  const attribute = filter ? filterIndexes[filter.by].attribute : 'tenantPk'
  return { ...headerKey(tenant, id), [attribute]: partition, openedSk: openedKey({ id, openedAt }) }
}

/** The ticket of a row, or of the position `next`, of a page of {@link ticketsQuery}. A filter may have excluded `next` from the page. */
export function parseTicketPosition(next: Row): { openedAt: string; id: string } {
  const [openedAt = '', id = ''] = String(next.openedSk).split('#')
  return { openedAt, id }
}

const openedKey = ({ id, openedAt }: { id: string; openedAt: string }) => `${openedAt}#${id}`
