import type { z } from 'zod'
import type { DomainEvent } from '../../domain/event.ts'
import { Settings } from '../../domain/settings.ts'
import { Follower, Message, Ticket } from '../../domain/ticket.ts'
import { User } from '../../domain/user.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { AttachmentBytes, isAttachmentBytes } from '../../tables/attachment-quota.ts'
import { isAttachmentKey, parseAttachment, type StoredAttachment } from '../../tables/attachments.ts'
import { Checkpoint } from '../../tables/checkpoints.ts'
import { type Delivery, isDelivery, parseDelivery } from '../../tables/deliveries.ts'
import { parseEvent } from '../../tables/events.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { type Notice, parseNotice } from '../../tables/notices.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import { SendCounter } from '../../tables/quotas.ts'
import { RequestRecord } from '../../tables/request-keys.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { parseWebhook } from '../../tables/settings.ts'
import { parseFence, type StepKey } from '../../tables/step-keys.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { parseStats } from '../../tables/views.ts'
import type { Attempt } from '../load/attempt.ts'
import { scanAll } from '../scan.ts'
import type { SentMail } from './mail-log.ts'
import type { StoredObject } from './objects.ts'

/** A row with what it says; `pk` begins with its tenant. */
export interface Stored<T> {
  pk: string
  sk: string
  tenant: string
  is: T
}

/** Everything that is stored, read once, parsed where it can be. What the invariants are judged by. */
export interface Evidence {
  readAtMs: number
  tickets: Stored<Ticket>[]
  messages: Stored<Message>[]
  followers: Stored<Follower>[]
  users: Stored<User>[]
  emails: Stored<{ userId: string }>[]
  settings: Stored<Settings>[]
  webhooks: Stored<Webhook>[]
  /** In order of their numbers, by partition (the aggregate). */
  events: Map<string, DomainEvent[]>
  outbox: Stored<DomainEvent>[]
  requests: Stored<RequestRecord>[]
  checkpoints: Stored<Checkpoint>[]
  stats: Stored<ReturnType<typeof parseStats>>[]
  sagas: Stored<SagaRecord>[]
  fences: Stored<StepKey>[]
  quotas: Stored<SendCounter>[]
  attachments: Stored<StoredAttachment>[]
  attachmentBytes: Stored<AttachmentBytes>[]
  /** What lies in the bucket of attachments, where it was read. */
  objects: StoredObject[] | undefined
  notices: Stored<Notice>[]
  deliveries: Stored<Delivery>[]
  rows: Record<TableName, Row[]>
  /** Rows that are not what their table keeps. */
  unreadable: { subject: string; why: string }[]
  /** What clients were told, when there is a log of it. */
  attempts: Attempt[]
  /** What the target's mail sink accepted, where it has one. */
  mails: SentMail[] | undefined
}

/** Reads every table whole, page by page. */
export async function gatherEvidence(
  store: Store,
  nowMs: number,
  attempts: Attempt[] = [],
  mails?: SentMail[] | undefined,
  objects?: StoredObject[] | undefined,
): Promise<Evidence> {
  const names = Object.keys(tableShapes) as TableName[]
  const rows = Object.fromEntries(await Promise.all(names.map(async (table) => [table, await scanAll(store, table)])))
  return { ...evidenceOf(rows, nowMs), attempts, mails, objects }
}

function evidenceOf(
  rows: Record<TableName, Row[]>,
  readAtMs: number,
): Omit<Evidence, 'attempts' | 'mails' | 'objects'> {
  const unreadable: Evidence['unreadable'] = []
  const read = <T>(table: TableName, is: (row: Row) => boolean, parse: (row: Row) => T): Stored<T>[] =>
    rows[table].filter(is).flatMap((row) => {
      const { pk, sk = '' } = row as { pk: string; sk?: string }
      try {
        return [{ pk, sk, tenant: pk.split('#')[1] ?? '', is: parse(row) }]
      } catch (error) {
        unreadable.push({ subject: `${table} ${pk} ${sk}`, why: (error as Error).message.replace(/\s+/g, ' ') })
        return []
      }
    })
  const any = () => true
  const sortKey = (is: (sk: string) => boolean) => (row: Row) => is(String(row.sk))
  const events = read('Events', any, parseEvent)
  return {
    readAtMs,
    tickets: read(
      'Tickets',
      sortKey((sk) => sk === 'HEADER'),
      by(Ticket.strip()),
    ),
    messages: read(
      'Tickets',
      sortKey((sk) => sk.startsWith('MESSAGE#')),
      by(Message.strip()),
    ),
    followers: read(
      'Tickets',
      sortKey((sk) => sk.startsWith('FOLLOWER#')),
      by(Follower.strip()),
    ),
    users: read(
      'Tickets',
      sortKey((sk) => sk === 'USER'),
      by(User.strip()),
    ),
    emails: read(
      'Tickets',
      sortKey((sk) => sk === 'EMAIL'),
      (row) => ({ userId: String(row.userId) }),
    ),
    settings: read(
      'Tickets',
      sortKey((sk) => sk === 'SETTINGS'),
      by(Settings.strip()),
    ),
    webhooks: read(
      'Tickets',
      sortKey((sk) => sk.startsWith('WEBHOOK#')),
      parseWebhook,
    ),
    events: grouped(events),
    outbox: read('Outbox', any, parseOutboxEvent),
    requests: read('RequestKeys', any, by(RequestRecord)),
    checkpoints: read('Receipts', any, by(Checkpoint)),
    stats: read(
      'Views',
      sortKey((sk) => sk.startsWith('SHARD#')),
      parseStats,
    ),
    sagas: read('Sagas', any, parseSaga),
    fences: read('StepKeys', any, parseFence),
    quotas: read('Quotas', (row) => !isAttachmentBytes(row), by(SendCounter)),
    attachments: read('Tickets', sortKey(isAttachmentKey), parseAttachment),
    attachmentBytes: read('Quotas', isAttachmentBytes, by(AttachmentBytes)),
    notices: read('Notices', (row) => !isDelivery(row), parseNotice),
    deliveries: read('Notices', isDelivery, parseDelivery),
    rows,
    unreadable,
  }
}

function by<T>(schema: z.ZodType<T>): (row: Row) => T {
  return (row) => schema.parse(row)
}

function grouped(events: Stored<DomainEvent>[]): Map<string, DomainEvent[]> {
  const byAggregate = Map.groupBy(
    events.toSorted((a, b) => (a.sk < b.sk ? -1 : 1)),
    ({ pk }) => pk,
  )
  return new Map([...byAggregate].map(([pk, stored]) => [pk, stored.map(({ is }) => is)]))
}
