import type { DomainEvent } from '../../../domain/event.ts'
import type { AggregateRef } from '../../../domain/ids.ts'
import type { Channels } from '../../../domain/user.ts'
import type { Evidence, Stored } from '../../../proof/check/evidence.ts'
import type { TableName } from '../../../tables/store.ts'
import type { Alias } from './short-ids.ts'

/**
 * One stored row as people read it. What it is stays the same as long as the row is there; what it says may change. No secret, no
 * address, no time and none of the words that people wrote beside a ticket's title.
 */
export interface NamedRow {
  table: TableName
  /** Where it is stored, unique within its table. */
  key: string
  /** What it is, such as `ticket t1 "Printer on fire"`. */
  name: string
  /** What it says, by what is said of it: `{ status: 'open', version: 'v1' }`. */
  says: Record<string, string>
}

type Said = Record<string, string | false | undefined>

/**
 * Every row of the evidence with its name. `alias` shortens ids; `whose` is added to a name, for rows of one tenant among several.
 * A row that can't be read has no name of its own.
 */
export function namedRows(evidence: Evidence, alias: Alias, whose: (tenant: string) => string = () => ''): NamedRow[] {
  nameInOrder(evidence, alias)
  const about = (aggregate: AggregateRef) => aboutAggregate(aggregate, alias)
  const ticket = (id: string) => alias('t', id)
  const rows =
    (table: TableName) =>
    <T>(stored: readonly Stored<T>[], tell: (value: T, row: Stored<T>) => [name: string, says: Said]): NamedRow[] =>
      stored
        .map((row): NamedRow => {
          const [name, says] = tell(row.value, row)
          const told = Object.entries(says).filter((entry): entry is [string, string] => Boolean(entry[1]))
          const key = `${row.pk} ${row.sk}`
          return { table, key, name: `${name}${whose(row.tenant)}`, says: Object.fromEntries(told) }
        })
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  const event = (value: DomainEvent) => `${about(value.aggregate)} #${value.seq} ${value.type}`
  const inTickets = rows('Tickets')
  const inQuotas = rows('Quotas')
  const inNotices = rows('Notices')
  return [
    ...inTickets(evidence.tickets, ({ id, title, status, assignee, version }) => [
      `ticket ${ticket(id)} "${title}"`,
      { status, assignee: assignee ? `assigned to ${assignee}` : 'unassigned', version: `v${version}` },
    ]),
    ...inTickets(evidence.messages, ({ kind, ticketId, seq, author }) => [
      `${messageNames[kind]} of ${ticket(ticketId)} by ${author} (#${seq})`,
      {},
    ]),
    ...inTickets(evidence.followers, ({ ticketId, userId }) => [`${userId} follows ${ticket(ticketId)}`, {}]),
    ...inTickets(evidence.attachments, ({ id, fileName, ticketId, state, uploadedAt, reason }) => [
      `attachment ${alias('a', id)} ${fileName} of ${ticket(ticketId)}`,
      { state, upload: uploadedAt && 'uploaded', reason },
    ]),
    ...inTickets(evidence.users, ({ id, role, status, version, email, channels, mailSuppressed }) => [
      `user ${id}, ${role}`,
      {
        status,
        channels: channels && `wants ${formatChannels(channels)}`,
        email: email && 'has an e-mail address',
        mail: mailSuppressed && 'gets no more mail',
        version: `v${version}`,
      },
    ]),
    ...inTickets(evidence.emails, ({ userId }) => [`e-mail address of ${userId}`, {}]),
    ...inTickets(evidence.settings, ({ version }) => ['settings of the tenant', { version: `v${version}` }]),
    ...inTickets(evidence.webhooks, ({ name, events }) => [
      `endpoint ${name}`,
      { events: `wants ${events.length} kinds of events` },
    ]),
    ...rows('Events')(storedEvents(evidence), (value) => [`${event(value)} by ${value.actor}`, {}]),
    ...rows('Outbox')(evidence.outbox, (value) => [event(value), {}]),
    ...rows('RequestKeys')(evidence.requests, ({ actor, answer }, { pk }) => [
      `answer to ${pk.split('#')[3]} of ${actor}`,
      { status: String(answer.status) },
    ]),
    ...rows('Receipts')(evidence.checkpoints, ({ consumer, aggregate, appliedSeq, blockedAt }) => [
      `${consumer} of ${about(aggregate)}`,
      { applied: `applied up to #${appliedSeq}`, blocked: blockedAt !== undefined && `blocked at #${blockedAt}` },
    ]),
    ...rows('Views')(evidence.stats, ({ counts }) => ['counts of tickets', { counts: formatCounts(counts) }]),
    ...rows('Sagas')(evidence.sagas, ({ id, name, aggregate, recipient, state, reason }) => [
      `${alias('s', id)} ${name} for ${recipient ?? about(aggregate)}`,
      { state, reason: reason && `because ${reason}` },
    ]),
    ...rows('StepKeys')(evidence.fences, ({ state }, { pk, sk }) => [
      `${alias('s', idIn(pk))} ${sk.replace('STEP#', '')}`,
      { state },
    ]),
    ...inNotices(evidence.notices, ({ type, ticketId, seq, readAt, mail }, { pk }) => [
      `notice to ${idIn(pk)}: ${ticket(ticketId)} #${seq} ${type}`,
      { mail: mail && `mail ${mail}`, read: readAt && 'read' },
    ]),
    ...inNotices(evidence.deliveries, ({ endpoint, type, ticketId, seq, outcome }) => [
      `message to ${endpoint}: ${ticket(ticketId)} #${seq} ${type}`,
      { outcome },
    ]),
    ...inQuotas(evidence.quotas, ({ used }) => ['sends of this hour', { used: `${used} used` }]),
    ...inQuotas(evidence.attachmentBytes, ({ usedBytes }) => ['bytes of attachments', { used: `${usedBytes} used` }]),
    ...evidence.unreadable.map(({ subject }) => {
      const [table = '', ...key] = subject.split(' ')
      return { table: table as TableName, key: key.join(' '), name: '', says: { state: 'damaged' } }
    }),
  ]
}

function formatChannels({ inApp, email }: Channels): string {
  return [inApp && 'notices', email && 'mail'].filter(Boolean).join(' and ') || 'neither notices nor mail'
}

function formatCounts(counts: Record<string, number>): string {
  const there = Object.entries(counts).filter(([, count]) => count > 0)
  return there.map(([status, count]) => `${status} ${count}`).join(' and ') || 'none'
}

const messageNames = { opening: 'opening text', comment: 'comment', reason: 'reason' }

/** Gives ids their short names in an order that is the same in each run: tickets as they were opened, sagas by what they follow from. */
function nameInOrder({ tickets, attachments, sagas, events }: Evidence, alias: Alias): void {
  for (const { value } of tickets.toSorted((a, b) =>
    `${a.value.openedAt} ${a.pk}` < `${b.value.openedAt} ${b.pk}` ? -1 : 1,
  ))
    alias('t', value.id)
  const bySeq = attachments.toSorted((a, b) => a.value.seq - b.value.seq)
  for (const { value } of bySeq) alias('a', value.id)
  const seqs = new Map([...events.values()].flat().map(({ id, seq }) => [id, seq]))
  const order = ({ value }: (typeof sagas)[0]) =>
    `${aboutAggregate(value.aggregate, alias)} ${String(seqs.get(value.eventId)).padStart(12, '0')} ${value.recipient ?? ''}`
  for (const { value } of sagas.toSorted((a, b) => order(a).localeCompare(order(b), 'en', { numeric: true })))
    alias('s', value.id)
}

function aboutAggregate({ type, id }: AggregateRef, alias: Alias): string {
  switch (type) {
    case 'ticket':
      return alias('t', id)
    case 'saga':
      return alias('s', id)
    case 'user':
      return `user ${id}`
    case 'settings':
      return 'settings'
    default:
      return type satisfies never
  }
}

function storedEvents({ events }: Evidence): Stored<DomainEvent>[] {
  return [...events].flatMap(([pk, history]) =>
    history.map((value) => ({ pk, sk: String(value.seq), tenant: value.tenant, value })),
  )
}

/** The id at the end of a partition key. */
function idIn(pk: string): string {
  return pk.split('#').slice(3).join('#')
}
