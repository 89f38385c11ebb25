import type { DomainEvent } from '../../../domain/event.ts'
import type { AggregateRef } from '../../../domain/ids.ts'
import type { Channels } from '../../../domain/user.ts'
import type { Evidence, Stored } from '../../../proof/check/evidence.ts'
import { personOfCounter } from '../../../tables/attachment-quota.ts'
import { isWebhookCounter } from '../../../tables/send-quota.ts'
import type { Row, TableName } from '../../../tables/store.ts'
import type { ShortId } from './short-ids.ts'

/**
 * One stored row in words. Its name is constant while the row exists; its values may change. Contains no secrets, addresses or times,
 * and of the texts that people wrote only ticket titles and file names.
 */
export interface NamedRow {
  table: TableName
  /** Partition and sort key: unique within the table. */
  key: string
  /** Such as `ticket t1 "Printer on fire"`; empty when the row could not be read. */
  name: string
  /** The values that may change, by what they describe: `{ status: 'open', version: 'v1' }`. */
  values: Record<string, string>
}

/** What the relay and the sweeps note for themselves: it comes and goes with every event, and no walkthrough speaks of it. */
export const unnamedTables: readonly TableName[] = ['Unconfirmed', 'SweepPositions', 'Runs']

/** Values that are `false` or undefined are left out. */
type Values = Record<string, string | false | undefined>

/** Whether a walkthrough shows the row: of the read models, which change together, it shows the counts only. */
export function isNamed(table: TableName, { sk }: Row): boolean {
  return !unnamedTables.includes(table) && (table !== 'Views' || String(sk).startsWith('SHARD#'))
}

/**
 * Names every row of the evidence that {@link isNamed}. `shortId` shortens ids; `ownerSuffix` is added to the
 * name of every row of that tenant.
 */
export function namedRows(
  evidence: Evidence,
  shortId: ShortId,
  ownerSuffix: (tenant: string) => string = () => '',
): NamedRow[] {
  assignShortIds(evidence, shortId)
  const nameOf = (aggregate: AggregateRef) => nameAggregate(aggregate, shortId)
  const ticket = (id: string) => shortId('t', id)
  const rows =
    (table: TableName) =>
    <T>(stored: readonly Stored<T>[], describe: (value: T, row: Stored<T>) => [name: string, values: Values]) =>
      stored
        .map((row): NamedRow => {
          const [name, values] = describe(row.value, row)
          const present = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]))
          const key = `${row.pk} ${row.sk}`
          return { table, key, name: `${name}${ownerSuffix(row.tenant)}`, values: Object.fromEntries(present) }
        })
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  const nameEvent = (value: DomainEvent) => `${nameOf(value.aggregate)} #${value.seq} ${value.type}`
  const inTickets = rows('Tickets')
  const inQuotas = rows('Quotas')
  const inNotices = rows('Notices')
  return [
    ...inTickets(evidence.tickets, ({ id, title, status, assignee, version }) => [
      `ticket ${ticket(id)} "${title}"`,
      { status, assignee: assignee ? `assigned to ${assignee}` : 'unassigned', version: `v${version}` },
    ]),
    ...inTickets(evidence.messages, ({ kind, ticketId, seq, author }) => [
      `${messageNames[kind]} ${ticket(ticketId)} by ${author} (#${seq})`,
      {},
    ]),
    ...inTickets(evidence.followers, ({ ticketId, userId }) => [`${userId} follows ${ticket(ticketId)}`, {}]),
    ...inTickets(evidence.attachments, ({ id, fileName, ticketId, state, uploadedAt, reason }) => [
      `attachment ${shortId('a', id)} ${fileName} of ${ticket(ticketId)}`,
      { state, upload: uploadedAt && 'uploaded', reason },
    ]),
    ...inTickets(evidence.users, ({ id, role, status, version, email, channels, mailSuppressed }) => [
      `user ${id}, ${role}`,
      {
        status,
        channels: channels && `wants ${formatChannels(channels)}`,
        email: email && 'has an e-mail address',
        mail: mailSuppressed && 'mail suppressed',
        version: `v${version}`,
      },
    ]),
    ...inTickets(evidence.emails, ({ userId }) => [`e-mail address of ${userId}`, {}]),
    ...inTickets(evidence.settings, ({ version }) => ['settings of the tenant', { version: `v${version}` }]),
    ...inTickets(evidence.holds, ({ holds }) => [
      'holds of the tenant',
      { held: holds.map(({ dependency }) => dependency).join(' and ') || 'nothing held' },
    ]),
    ...inTickets(evidence.stackHolds, ({ hold }) => ['hold of everything', { held: hold ? 'held' : 'released' }]),
    ...inTickets(evidence.resumptions, ({ id, resumed, finishedAt }) => [
      `resumption ${shortId('c', id)}`,
      { state: finishedAt ? 'finished' : 'running', resumed: `${resumed} resumed` },
    ]),
    ...inTickets(evidence.redrives, ({ id }) => [`redrive ${shortId('c', id)}`, {}]),
    ...inTickets(evidence.slaPolicies, ({ version }) => ['SLA policies of the tenant', { version: `v${version}` }]),
    ...inTickets(evidence.lateComments, ({ ticketId, seq }) => [`place of comment #${seq} on ${ticket(ticketId)}`, {}]),
    ...inTickets(evidence.webhooks, ({ name, events }) => [
      `endpoint ${name}`,
      { events: `subscribes to ${events.length} event types` },
    ]),
    ...rows('Events')(storedEvents(evidence), (value) => [`${nameEvent(value)} by ${value.actor}`, {}]),
    ...rows('Outbox')(evidence.outbox, (value) => [nameEvent(value), {}]),
    ...rows('RequestKeys')(evidence.requests, ({ actor, answer }, { pk }) => [
      `answer to ${actor}’s ${pk.split('#')[3]}`,
      { status: String(answer.status) },
    ]),
    ...rows('Receipts')(evidence.checkpoints, ({ consumer, aggregate, appliedSeq, blockedAt }) => [
      `${consumer} of ${nameOf(aggregate)}`,
      { applied: `applied up to #${appliedSeq}`, blocked: blockedAt !== undefined && `blocked at #${blockedAt}` },
    ]),
    ...rows('Views')(evidence.stats, ({ counts }) => ['ticket counts', { counts: formatCounts(counts) }]),
    ...rows('Sagas')(evidence.sagas, ({ id, name, aggregate, recipient, state, reason }) => [
      `${shortId('s', id)} ${name} for ${recipient ?? nameOf(aggregate)}`,
      { state, reason: reason && `because ${reason}` },
    ]),
    ...rows('StepKeys')(evidence.fences, ({ state }, { pk, sk }) => [
      `${shortId('s', idIn(pk))} ${sk.replace('STEP#', '')}`,
      { state },
    ]),
    ...inNotices(evidence.notices, ({ type, ticketId, seq, readAt, mail }, { pk }) => [
      `notice to ${idIn(pk)}: ${ticket(ticketId)} #${seq} ${type}`,
      { mail: mail && `mail ${mail}`, read: readAt && 'read' },
    ]),
    ...inNotices(evidence.deliveries, ({ endpoint, type, ticketId, seq, outcome }) => [
      `webhook message to ${endpoint}: ${ticket(ticketId)} #${seq} ${type}`,
      { outcome },
    ]),
    ...inQuotas(evidence.quotas, ({ used }, { pk }) => [
      isWebhookCounter(pk) ? 'webhook attempts this hour' : 'sends this hour',
      { used: `${used} used` },
    ]),
    ...inQuotas(evidence.attachmentBytes, ({ usedBytes }) => ['attachment bytes', { used: `${usedBytes} used` }]),
    ...inQuotas(evidence.uploadCounters, ({ openUploads, usedBytes }, { sk }) => [
      `uploads of ${personOfCounter(sk)}`,
      { open: `${openUploads} open`, used: `${usedBytes} bytes used` },
    ]),
    ...evidence.unreadable.map(({ subject }) => {
      const [table = '', ...key] = subject.split(' ')
      return { table: table as TableName, key: key.join(' '), name: '', values: { state: 'unreadable' } }
    }),
  ]
}

function formatChannels({ inApp, email }: Channels): string {
  return [inApp && 'notices', email && 'mail'].filter(Boolean).join(' and ') || 'neither notices nor mail'
}

function formatCounts(counts: Record<string, number>): string {
  const nonZero = Object.entries(counts).filter(([, count]) => count > 0)
  return nonZero.map(([status, count]) => `${status} ${count}`).join(' and ') || 'none'
}

const messageNames = { opening: 'opening text of', comment: 'comment on', reason: 'reason on' }

/** Assigns short ids in an order that is the same in every run: tickets as they were opened, sagas by the events that started them. */
function assignShortIds({ tickets, attachments, sagas, events }: Evidence, shortId: ShortId): void {
  for (const { value } of tickets.toSorted((a, b) =>
    `${a.value.openedAt} ${a.pk}` < `${b.value.openedAt} ${b.pk}` ? -1 : 1,
  ))
    shortId('t', value.id)
  for (const { value } of attachments.toSorted((a, b) => a.value.seq - b.value.seq)) shortId('a', value.id)
  const seqs = new Map([...events.values()].flat().map(({ id, seq }) => [id, seq]))
  const orderOf = ({ value }: (typeof sagas)[0]) =>
    `${nameAggregate(value.aggregate, shortId)} ${String(seqs.get(value.eventId)).padStart(12, '0')} ${value.recipient ?? ''}`
  for (const { value } of sagas.toSorted((a, b) => orderOf(a).localeCompare(orderOf(b), 'en', { numeric: true })))
    shortId('s', value.id)
}

function nameAggregate({ type, id }: AggregateRef, shortId: ShortId): string {
  switch (type) {
    case 'ticket':
      return shortId('t', id)
    case 'saga':
      return shortId('s', id)
    case 'user':
      return `user ${id}`
    case 'settings':
      return 'settings'
    case 'sla':
      return 'SLA policies'
    case 'resumption':
    case 'redrive':
      return shortId('c', id)
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
