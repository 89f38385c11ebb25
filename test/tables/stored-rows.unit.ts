import { describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { chainBreaks, type StoredEvent } from '../../domain/event-chain.ts'
import { foldSlaPolicies } from '../../domain/fold-sla-policies.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { statuses } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { attachmentBytesRow } from '../../tables/attachment-quota.ts'
import { parseScan } from '../../tables/attachment-scans.ts'
import { parseAttachment } from '../../tables/attachments.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { parseDelivery } from '../../tables/deliveries.ts'
import { parseEvent, readEvents } from '../../tables/events.ts'
import { parseLateComment } from '../../tables/late-comments.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { parseNotice } from '../../tables/notices.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import { readRow } from '../../tables/read-row.ts'
import { parseRequestRecord } from '../../tables/request-keys.ts'
import { parseSaga } from '../../tables/sagas.ts'
import { sendCounterRow } from '../../tables/send-quota.ts'
import { parseWebhook, settingsRow } from '../../tables/settings.ts'
import { parseSlaPolicies } from '../../tables/sla-policies.ts'
import { parseFence } from '../../tables/step-keys.ts'
import type { Row } from '../../tables/store.ts'
import { followerRow, parseMessage, parseTicket, ticketRow } from '../../tables/tickets.ts'
import { parseUnconfirmed } from '../../tables/unconfirmed.ts'
import { emailRow, parseUser } from '../../tables/users.ts'
import { parseStats, viewShard } from '../../tables/views.ts'
import { Api, admin } from '../fixtures/api.ts'
import { storedRows } from '../fixtures/stored-rows/stored-rows.ts'
import { CountingObserver, event, sqsRecords } from '../relay/fixtures.ts'

const parsers: Record<string, (row: Row) => object> = {
  ticket: parseTicket,
  message: parseMessage,
  follower: followerRow('acme', 't', 'u').parse,
  attachment: parseAttachment,
  user: parseUser,
  'e-mail address': emailRow('acme', 'e').parse,
  settings: settingsRow('acme').parse,
  webhook: parseWebhook,
  event: parseEvent,
  'outbox event': parseOutboxEvent,
  'request key': parseRequestRecord,
  checkpoint: parseCheckpoint,
  'send counter': sendCounterRow('acme', 'mail', 0).parse,
  'attachment bytes': attachmentBytesRow('acme').parse,
  notice: parseNotice,
  delivery: parseDelivery,
  fence: parseFence,
  saga: parseSaga,
  'ticket counts': parseStats,
}

const rows = storedRows('v1')
const ofKind = (kind: string) => rows.filter((stored) => stored.kind === kind).map(({ row }) => row)
const distinct = (values: unknown[]) => [...new Set(values.map(String))].toSorted()

describe('a row that version 1 stored', () => {
  it.each(rows.map(({ kind, row }) => [kind, `${row.pk} ${row.sk ?? ''}`, row] as const))(
    'parses as a %s: %s',
    (kind, _, row) => {
      const parse = parsers[kind]
      if (!parse) throw new Error(`no parser for the kind ${kind}`)
      expect(parse(row)).toBeTypeOf('object')
    },
  )

  it('is recorded for every kind', () => {
    expect(distinct(rows.map(({ kind }) => kind))).toEqual(Object.keys(parsers).toSorted())
  })

  it('is recorded for every state and type of version 1', () => {
    const recorded = {
      attachment: distinct(ofKind('attachment').map(({ state }) => state)),
      checkpoint: distinct(ofKind('checkpoint').map(({ blockedAt }) => blockedAt !== undefined)),
      delivery: distinct(ofKind('delivery').map(({ outcome }) => outcome)),
      event: distinct(ofKind('event').map(({ type }) => type)),
      fence: distinct(ofKind('fence').map(({ state, wait }) => (wait ? 'waiting' : state))),
      message: distinct(ofKind('message').map(({ kind }) => kind)),
      notice: distinct(ofKind('notice').map(({ mail, readAt }) => mail ?? (readAt ? 'read' : 'unread'))),
      saga: distinct(ofKind('saga').map(({ state }) => state)),
      user: distinct(ofKind('user').map(({ status, origin }) => `${status} ${origin}`)),
    }
    expect(recorded).toEqual({
      attachment: ['awaiting_upload', 'expired', 'inspecting', 'ready', 'rejected', 'requested'],
      checkpoint: ['false', 'true'],
      delivery: ['delivered', 'given-up', 'skipped'],
      event: [
        'saga.resumed',
        'settings.webhook_put',
        'settings.webhook_removed',
        'ticket.assigned',
        'ticket.attachment_added',
        'ticket.attachment_requested',
        'ticket.comment_added',
        'ticket.follower_added',
        'ticket.follower_removed',
        'ticket.opened',
        'ticket.status_changed',
        'ticket.unassigned',
        'user.created',
        'user.deactivated',
        'user.mail_suppressed',
        'user.preferences_changed',
        'user.registered',
      ],
      fence: ['done', 'intent', 'tombstone', 'undone', 'waiting'],
      message: ['comment', 'opening', 'reason'],
      notice: ['read', 'sent', 'skipped', 'unread'],
      saga: ['compensated', 'completed', 'parked', 'pending', 'running'],
      user: ['active admin', 'active self', 'deactivated admin'],
    })
  })

  it('still folds: a ticket’s events yield its header', () => {
    const tickets = ofKind('ticket').map(parseTicket)
    expect(tickets).toHaveLength(2)
    for (const { id, status, priority, requester, assignee, version } of tickets) {
      const history = ofKind('event')
        .map(parseEvent)
        .filter(({ aggregate }) => aggregate.id === id)
      expect(foldTicket(history)).toMatchObject({
        status,
        priority,
        requester,
        version,
        ...(assignee !== undefined && { assignee }),
      })
    }
  })

  it('still has every malware verdict that was recorded on an attachment', () => {
    const kinds = ofKind('attachment').flatMap((row) => {
      const noted = Object.keys(row).filter((name) => /^scan_.+_/.test(name))
      const etags = distinct(noted.map((name) => name.split('_')[1]))
      const verdicts = etags.flatMap((etag) => parseScan(row).verdictsOn(etag))
      expect(verdicts).toHaveLength(noted.length)
      return verdicts.map(({ verdict }) => verdict)
    })
    expect(distinct(kinds)).toEqual(['clean', 'infected', 'unscannable'])
  })

  it('still has every attempt of a saga’s timeline, and its parking with the task token', () => {
    const sagas = ofKind('saga')
    for (const row of sagas) {
      const attempts = Object.keys(row).filter((name) => name.startsWith('t_'))
      expect(parseSaga(row).timeline).toHaveLength(attempts.length)
    }
    const parked = sagas.filter(({ parking }) => parking).map((row) => [row.parking, parseSaga(row).parking])
    expect(parked).toHaveLength(5)
    for (const [stored, parsed] of parked) {
      const { id, reason, since, token } = stored as Record<string, string>
      expect(parsed).toMatchObject({ id, reason, since, ...(token !== undefined && { token }) })
    }
    const directions = sagas.flatMap(({ parking }) => (parking ? [(parking as { way?: string }).way ?? 'none'] : []))
    expect(distinct(directions)).toEqual(['back', 'forward', 'none'])
  })
})

describe('a row that was stored with the hash chain', () => {
  const chained = storedRows('v2')
  const withUnconfirmed = { ...parsers, 'unconfirmed event': parseUnconfirmed }

  it.each(chained.map(({ kind, row }) => [kind, `${row.pk} ${row.sk ?? ''}`, row] as const))(
    'parses as a %s, with its hash: %s',
    (kind, _, row) => {
      const parsed = withUnconfirmed[kind as keyof typeof withUnconfirmed]?.(row) as Record<string, unknown>
      const { hash, eventHash, event } = parsed as { hash?: string; eventHash?: string; event?: { hash?: string } }
      expect(hash ?? eventHash ?? event?.hash).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  it('still has the hash that was recorded: no later version may compute another', () => {
    const headers = chained.filter(({ kind }) => ['ticket', 'user', 'settings'].includes(kind))
    expect(headers).toHaveLength(3)
    for (const { row } of headers) {
      const events = chained.filter(({ kind, row: { pk } }) => kind === 'event' && pk === row.pk)
      const stored = events.map(({ row: { pk: _, sk: __, ...event } }) => event as unknown as StoredEvent)
      expect(stored).toHaveLength(Number(row.version))
      expect(chainBreaks(stored, { eventHash: String(row.eventHash) })).toEqual([])
    }
  })
})

describe('a row that was stored with claimed times and SLA policies', () => {
  const timed = storedRows('v3')
  const withNew: typeof parsers = { ...parsers, 'late comment': parseLateComment, 'SLA policies': parseSlaPolicies }

  it.each(timed.map(({ kind, row }) => [kind, `${row.pk} ${row.sk ?? ''}`, row] as const))(
    'parses as a %s, with all that was stored: %s',
    (kind, _, { pk, sk, ...row }) => {
      const { tenant: __, ...stored } = row
      expect(withNew[kind]?.({ pk, sk, ...row })).toMatchObject(stored)
    },
  )

  it('still folds: the events of the policies yield their row', () => {
    const events = timed.filter(({ kind }) => kind === 'event').map(({ row }) => parseEvent(row))
    const [policies] = timed.filter(({ kind }) => kind === 'SLA policies').map(({ row }) => parseSlaPolicies(row))
    expect(foldSlaPolicies(events.filter(({ type }) => type === 'sla.policy_put'))).toMatchObject({
      policies: policies?.policies,
      version: 2,
    })
  })
})

describe('the history of a ticket that version 1 stored', () => {
  it('goes on with a chain that begins at its next event', async () => {
    const api = new Api()
    for (const { table, row } of rows) await api.store.write({ kind: 'put', table, row })
    const isOpen = ({ status }: Row) => status !== 'closed'
    const ticket = ofKind('ticket').filter(isOpen).map(parseTicket)[0]
    if (!ticket) throw new Error('no open ticket is recorded')
    const params = { ticketId: ticket.id }
    for (const body of ['Still here?', 'Yes.'])
      expect((await api.call(admin, addComment, { params, body: { body } })).status).toBe(201)
    const events = await readEvents(api.store, 'acme', { type: 'ticket', id: ticket.id })
    expect(events.map(({ hash }) => hash !== undefined)).toEqual(
      Array.from({ length: ticket.version + 2 }, (_, index) => index >= ticket.version),
    )
    const header = await readRow(api.store, ticketRow('acme', ticket.id))
    expect(chainBreaks(events, header)).toEqual([])
  })
})

describe('counts that were stored before a status was added', () => {
  const [stored] = ofKind('ticket counts')
  if (!stored) throw new Error('no counts are recorded')
  const ticketId = Array.from({ length: 100 }, (_, index) => `t${index}`).find(
    (id) => stored.sk === `SHARD#${viewShard(id)}`,
  )
  if (!ticketId) throw new Error('no ticket belongs to the shard of the recorded counts')
  const full = { open: 4, in_progress: 3, waiting_for_customer: 2, resolved: 1, closed: 5 }
  const countsWithout = (status: string) => Object.fromEntries(Object.entries(full).filter(([name]) => name !== status))

  it.each(statuses)('parse as 0 for the new status %s and unchanged for all others', (status) => {
    const row = { ...stored, counts: countsWithout(status) }
    expect(parseStats(row).counts).toEqual({ ...full, [status]: 0 })
  })

  it.each(statuses)('can be projected and read when %s is the new status', async (status) => {
    const api = new Api()
    await api.store.write({ kind: 'put', table: 'Views', row: { ...stored, counts: countsWithout(status) } })
    const message = { ...toQueueMessage(event(ticketId, 1)), receiptHandle: 1, receiveCount: 1 }
    const deps = { store: api.store, runtime: api.runtime, observer: new CountingObserver() }
    const Records = sqsRecords([message])
    const projected = await consumeBatch(
      deps,
      projectViews(api.store, api.runtime),
      { Records },
      api.runtime.now() + 8_000,
    )
    expect([projected.batchItemFailures, deps.observer.errors]).toEqual([[], []])
    const expected = { ...full, [status]: 0 }
    expected.open++
    expect(await api.call(admin, getStats)).toMatchObject({ status: 200, json: { counts: expected } })
  })

  it('preserve the count of an unknown status, and omit it from the answer', async () => {
    const store = new MemoryStore()
    const api = new Api({ store })
    await store.write({ kind: 'put', table: 'Views', row: { ...stored, counts: { ...full, on_hold: 7 } } })
    const Records = sqsRecords([{ ...toQueueMessage(event(ticketId, 1)), receiptHandle: 1, receiveCount: 1 }])
    const deps = { store, runtime: api.runtime, observer: new CountingObserver() }
    await consumeBatch(deps, projectViews(store, api.runtime), { Records }, api.runtime.now() + 8_000)
    expect(await store.get({ table: 'Views', key: { pk: stored.pk, sk: stored.sk ?? '' } })).toMatchObject({
      counts: { ...full, open: 5, on_hold: 7 },
    })
    expect((await api.call(admin, getStats)).json.counts).toEqual({ ...full, open: 5 })
  })
})
