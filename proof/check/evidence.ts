import * as z from 'zod'
import type { ArchiveObjects } from '../../app/archive/archived-events.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { Holds } from '../../domain/hold.ts'
import type { Redrive } from '../../domain/redrive.ts'
import type { Resumption } from '../../domain/resumption.ts'
import { Settings } from '../../domain/settings.ts'
import type { SlaPolicies } from '../../domain/sla-policy.ts'
import { Follower, type LateComment, Message, type Ticket } from '../../domain/ticket.ts'
import { UploadCounter } from '../../domain/upload-quota.ts'
import { User } from '../../domain/user.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { isArchiveReference } from '../../tables/archive-references.ts'
import { AttachmentBytes, isAttachmentBytes, isUploadCounter } from '../../tables/attachment-quota.ts'
import { parseScannedAttachment, type ScannedAttachment } from '../../tables/attachment-scans.ts'
import { isAttachmentKey } from '../../tables/attachments.ts'
import { Checkpoint } from '../../tables/checkpoints.ts'
import { type Delivery, isDelivery, parseDelivery } from '../../tables/deliveries.ts'
import { parseEvent } from '../../tables/events.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { isLateCommentKey, parseLateComment } from '../../tables/late-comments.ts'
import { type Notice, parseNotice } from '../../tables/notices.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import { parseRateCounter, type RateCounter } from '../../tables/rate-limits.ts'
import { parseRedrive } from '../../tables/redrives.ts'
import { RequestRecord } from '../../tables/request-keys.ts'
import { parseResumption } from '../../tables/resumptions.ts'
import { parseRun, type RunEntry } from '../../tables/runs.ts'
import { parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { SendCounter } from '../../tables/send-quota.ts'
import { parseHolds, parseWebhook } from '../../tables/settings.ts'
import { parseSlaPolicies } from '../../tables/sla-policies.ts'
import { isStackHold, type StoredStackHold, stackHoldRow } from '../../tables/stack-hold.ts'
import { parseFence, type StepKey } from '../../tables/step-keys.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { parseSweepPosition, type SweepPosition } from '../../tables/sweep-positions.ts'
import { parseTicket } from '../../tables/tickets.ts'
import { parseUnconfirmed, type UnconfirmedEvent } from '../../tables/unconfirmed.ts'
import { EmailOwner } from '../../tables/users.ts'
import { parseStats } from '../../tables/views.ts'
import type { RequestAttempt } from '../load/attempt.ts'
import type { ViewRead } from '../load/view-read.ts'
import { readArchivedRows } from './archives.ts'
import type { KeptDigests } from './digests.ts'
import type { SentMail } from './mail-log.ts'
import type { StoredObject } from './objects.ts'
import { rebuildViews, type ViewRows } from './rebuilt-views.ts'

/** A stored row with its parsed content; the partition key begins with the tenant. */
export interface Stored<T> {
  pk: string
  sk: string
  tenant: string
  value: T
}

/** Everything that a target stores, read once and parsed: what the invariants are checked against. */
export interface Evidence {
  readAtMs: number
  tickets: Stored<Ticket>[]
  messages: Stored<Message>[]
  followers: Stored<Follower>[]
  users: Stored<User>[]
  emails: Stored<EmailOwner>[]
  settings: Stored<Settings>[]
  webhooks: Stored<Webhook>[]
  slaPolicies: Stored<SlaPolicies>[]
  holds: Stored<Holds>[]
  /** Whether everything is held: one row at most, which belongs to no tenant. */
  stackHolds: Stored<StoredStackHold>[]
  resumptions: Stored<Resumption>[]
  redrives: Stored<Redrive>[]
  /** The places of comments that came in later than they were written. */
  lateComments: Stored<LateComment>[]
  /** Events by partition key, which is the aggregate, in order of their sequence numbers. Those of archived tickets are among them. */
  events: Map<string, DomainEvent[]>
  /** Archives that are not what their tickets refer to. */
  damagedArchives: { subject: string; problem: string }[]
  outbox: Stored<DomainEvent>[]
  /** Published events that not every subscriber is known to have handled. */
  unconfirmed: Stored<UnconfirmedEvent>[]
  requests: Stored<RequestRecord>[]
  checkpoints: Stored<Checkpoint>[]
  stats: Stored<ReturnType<typeof parseStats>>[]
  sagas: Stored<SagaRecord>[]
  fences: Stored<StepKey>[]
  quotas: Stored<SendCounter>[]
  attachments: Stored<ScannedAttachment>[]
  attachmentBytes: Stored<AttachmentBytes>[]
  uploadCounters: Stored<UploadCounter>[]
  /** The objects in the attachments bucket; undefined when it was not read. */
  objects: StoredObject[] | undefined
  /** The digests of recorded history; undefined when they were not read. */
  digests: KeptDigests | undefined
  notices: Stored<Notice>[]
  deliveries: Stored<Delivery>[]
  rateCounters: Stored<RateCounter>[]
  /** The rows belong to no tenant. */
  sweepPositions: Stored<SweepPosition>[]
  /** The ledger of maintenance. The rows belong to no tenant. */
  runs: Stored<RunEntry>[]
  /** The read models, beside what the events make of them. */
  views: ViewRows
  rows: Record<TableName, Row[]>
  /** Rows that do not match their table's schema. */
  unreadable: { subject: string; why: string }[]
  /** What clients sent and which answers they received; empty when nothing was logged. */
  attempts: RequestAttempt[]
  /** What read models answered to clients that asked for a write of their own; undefined when nothing was logged. */
  viewReads?: ViewRead[]
  /** What the target's mail sink accepted; undefined for a target without one. */
  mails: SentMail[] | undefined
  /** Whether an aggregate, by the hash of its partition key, is in another part of what is stored. Undefined for evidence of everything. */
  isElsewhere?: ((aggregateHash: string) => boolean) | undefined
  /** How many sagas of other parts have met a hold since then. Undefined for evidence of everything. */
  waitedElsewhere?: ((sinceMs: number) => number) | undefined
}

/** What is not in tables, as {@link Evidence} has it. */
export type Surroundings = Pick<
  Evidence,
  'attempts' | 'mails' | 'objects' | 'digests' | 'viewReads' | 'isElsewhere' | 'waitedElsewhere'
>

export const tableNames = Object.keys(tableShapes) as TableName[]

/** Scans and parses every table. */
export async function gatherEvidence(
  store: Store,
  nowMs: number,
  attempts: RequestAttempt[] = [],
  mails?: SentMail[] | undefined,
  objects?: StoredObject[] | undefined,
  digests?: KeptDigests | undefined,
  archives?: ArchiveObjects | undefined,
): Promise<Evidence> {
  const rows = await Promise.all(tableNames.map(async (table) => [table, await scanAll(store, table)]))
  return evidenceOf(Object.fromEntries(rows), nowMs, { attempts, mails, objects, digests }, archives)
}

/** Parses rows of all tables, read at `nowMs`, with the events that are archived, and rebuilds the read models from them. */
export async function evidenceOf(
  { Events: hot, ...others }: Record<TableName, Row[]>,
  nowMs: number,
  surroundings: Surroundings,
  archives: ArchiveObjects | undefined,
): Promise<Evidence> {
  const archived = await readArchivedRows(others.Tickets.filter(isArchiveReference), hot, archives)
  const rows = { ...others, Events: hot.concat(archived.rows) }
  const parsed = { ...parseRows(rows, nowMs), damagedArchives: archived.damaged }
  return { ...parsed, views: await rebuildViews(parsed), ...surroundings }
}

function parseRows(
  rows: Record<TableName, Row[]>,
  readAtMs: number,
): Omit<Evidence, 'views' | 'damagedArchives' | keyof Surroundings> {
  const unreadable: Evidence['unreadable'] = []
  const read = <T>(table: TableName, isWanted: (row: Row) => boolean, parse: (row: Row) => T): Stored<T>[] =>
    rows[table].filter(isWanted).flatMap((row) => {
      const { pk, sk = '' } = row as { pk: string; sk?: string }
      try {
        return [{ pk, sk, tenant: pk.split('#')[1] ?? '', value: parse(row) }]
      } catch (error) {
        unreadable.push({ subject: `${table} ${pk} ${sk}`, why: describeError(error) })
        return []
      }
    })
  return {
    readAtMs,
    tickets: read('Tickets', withSortKey('HEADER'), parseTicket),
    messages: read('Tickets', withSortKeyPrefix('MESSAGE#'), parseWith(Message.strip())),
    followers: read('Tickets', withSortKeyPrefix('FOLLOWER#'), parseWith(Follower.strip())),
    users: read('Tickets', withSortKey('USER'), parseWith(User.strip())),
    emails: read('Tickets', withSortKey('EMAIL'), parseWith(EmailOwner)),
    settings: read('Tickets', withSortKey('SETTINGS'), parseWith(Settings.strip())),
    webhooks: read('Tickets', withSortKeyPrefix('WEBHOOK#'), parseWebhook),
    slaPolicies: read('Tickets', withSortKey('SLA_POLICIES'), parseSlaPolicies),
    holds: read('Tickets', withSortKey('HOLDS'), parseHolds),
    stackHolds: read('Tickets', isStackHold, stackHoldRow.parse),
    resumptions: read('Tickets', withSortKey('RESUMPTION'), parseResumption),
    redrives: read('Tickets', withSortKey('REDRIVE'), parseRedrive),
    lateComments: read('Tickets', ({ sk }) => isLateCommentKey(String(sk)), parseLateComment),
    events: groupByAggregate(read('Events', everyRow, parseEvent)),
    outbox: read('Outbox', everyRow, parseOutboxEvent),
    unconfirmed: read('Unconfirmed', everyRow, parseUnconfirmed),
    requests: read('RequestKeys', everyRow, parseWith(RequestRecord)),
    checkpoints: read('Receipts', everyRow, parseWith(Checkpoint)),
    stats: read('Views', withSortKeyPrefix('SHARD#'), parseStats),
    sagas: read('Sagas', everyRow, parseSaga),
    fences: read('StepKeys', everyRow, parseFence),
    quotas: read('Quotas', (row) => !isAttachmentBytes(row) && !isUploadCounter(row), parseWith(SendCounter)),
    attachments: read('Tickets', ({ sk }) => isAttachmentKey(String(sk)), parseScannedAttachment),
    attachmentBytes: read('Quotas', isAttachmentBytes, parseWith(AttachmentBytes)),
    uploadCounters: read('Quotas', isUploadCounter, parseWith(UploadCounter)),
    notices: read('Notices', (row) => !isDelivery(row), parseNotice),
    deliveries: read('Notices', isDelivery, parseDelivery),
    rateCounters: read('RateLimits', everyRow, parseRateCounter),
    sweepPositions: read('SweepPositions', everyRow, parseSweepPosition),
    runs: read('Runs', everyRow, parseRun),
    rows,
    unreadable,
  }
}

/** The message on one line; a schema error names the attributes that are wrong. */
function describeError(error: unknown): string {
  const messages =
    error instanceof z.ZodError
      ? error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
      : [(error as Error).message]
  return messages.join('; ').replace(/\s+/g, ' ')
}

const everyRow = () => true

function withSortKey(sortKey: string): (row: Row) => boolean {
  return ({ sk }) => sk === sortKey
}

function withSortKeyPrefix(prefix: string): (row: Row) => boolean {
  return ({ sk }) => String(sk).startsWith(prefix)
}

function parseWith<T>(schema: z.ZodType<T>): (row: Row) => T {
  return (row) => schema.parse(row)
}

function groupByAggregate(events: Stored<DomainEvent>[]): Map<string, DomainEvent[]> {
  const byAggregate = Map.groupBy(
    events.toSorted((a, b) => (a.sk < b.sk ? -1 : 1)),
    ({ pk }) => pk,
  )
  return new Map([...byAggregate].map(([pk, stored]) => [pk, stored.map(({ value }) => value)]))
}
