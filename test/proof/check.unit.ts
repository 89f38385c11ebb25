import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { invariants } from '../../proof/check/invariants.ts'
import type { SentMail } from '../../proof/check/mail-log.ts'
import type { StoredObject } from '../../proof/check/objects.ts'
import { checkInvariants } from '../../proof/check/run-check.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import { isDelivery } from '../../tables/deliveries.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { agent } from '../fixtures/api.ts'
import { rowsOf } from '../fixtures/dump.ts'
import { healthySystem } from './healthy-system.ts'

/** One way to corrupt stored data. Each breaks the invariant of its number, whatever else it may break. */
interface Corruption {
  invariant: number
  what: string
  corrupt(tamper: Tamper): Promise<void>
  attempts?: (requests: Row[]) => RequestAttempt[]
  objects?: (stored: StoredObject[]) => StoredObject[]
  mails?: (sent: SentMail[]) => SentMail[]
}

const corruptions: Corruption[] = [
  {
    invariant: 1,
    what: 'an unknown status',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { status: 'lost' }),
  },
  {
    invariant: 1,
    what: 'a transition that is not allowed',
    corrupt: (tamper) =>
      tamper.change('Events', ofType('ticket.status_changed'), {
        data: { from: 'closed', to: 'resolved', messageId: 'm' },
      }),
  },
  { invariant: 1, what: 'a comment without its ticket', corrupt: (tamper) => tamper.remove('Tickets', isHeader) },
  {
    invariant: 1,
    what: 'an unknown assignee',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { assignee: 'nobody' }),
  },
  {
    invariant: 1,
    what: 'two users with one e-mail address',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.sk === 'USER' && row.id === 'carla', { email: 'BOB@bounce.example.com' }),
  },
  {
    invariant: 2,
    what: 'a gap in a history',
    corrupt: (tamper) => tamper.remove('Events', ofType('ticket.comment_added')),
  },
  {
    invariant: 3,
    what: 'a header that its events do not tell',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { priority: 'urgent' }),
  },
  {
    invariant: 3,
    what: 'a follower whom no event added',
    corrupt: (tamper) => tamper.change('Tickets', isFollower, { userId: 'eve' }),
  },
  {
    invariant: 4,
    what: 'a comment on a closed ticket',
    corrupt: (tamper) =>
      tamper.change('Events', (row) => row.type === 'ticket.status_changed' && dataOf(row).from === 'closed', {
        type: 'ticket.comment_added',
        data: { messageId: 'm' },
      }),
  },
  {
    invariant: 5,
    what: 'a version without its event',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { version: 40 }),
  },
  {
    invariant: 5,
    what: 'events without their aggregate',
    corrupt: (tamper) => tamper.remove('Tickets', (row) => row.sk === 'USER'),
  },
  {
    invariant: 5,
    what: 'a saga resumed by no event',
    corrupt: (tamper) => tamper.change('Sagas', () => true, { version: 1 }),
  },
  {
    invariant: 6,
    what: 'an event that a consumer never applied',
    corrupt: (tamper) => tamper.remove('Receipts', (row) => row.consumer === 'unassign-tickets'),
  },
  { invariant: 6, what: 'an event that waits in the outbox', corrupt: (tamper) => tamper.copyToOutbox() },
  {
    invariant: 7,
    what: 'a mark beyond the history',
    corrupt: (tamper) => tamper.change('Receipts', () => true, { appliedSeq: 99 }),
  },
  {
    invariant: 7,
    what: 'a view that counts what was not applied',
    corrupt: (tamper) =>
      tamper.change('Views', () => true, {
        counts: { open: 7, in_progress: 0, waiting_for_customer: 0, resolved: 0, closed: 0 },
      }),
  },
  {
    invariant: 8,
    what: 'an answered request whose event is gone',
    corrupt: (tamper) => tamper.change('RequestKeys', (row) => row.seq !== undefined, { seq: 77 }),
  },
  {
    invariant: 8,
    what: 'an acknowledged request of which nothing is stored',
    corrupt: async () => {},
    attempts: () => [told({ key: 'never-stored', status: 201 })],
  },
  {
    invariant: 9,
    what: 'two effects of one request',
    corrupt: (tamper) => tamper.sameRequestTwice(0),
  },
  {
    invariant: 10,
    what: 'two answers for one key',
    corrupt: async () => {},
    attempts: ([request]) => [
      told({ key: keyOf(request), status: 201, answer: answerOf(request) }),
      told({ key: keyOf(request), status: 201, answer: JSON.stringify({ body: '{}' }) }),
    ],
  },
  {
    invariant: 11,
    what: 'an effect under a key that answers for another one',
    corrupt: (tamper) => tamper.sameRequestTwice(0),
  },
  {
    invariant: 11,
    what: 'two requests that were accepted under one key',
    corrupt: async () => {},
    attempts: ([request]) =>
      ['POST one', 'POST another'].map((asked) => {
        return told({ key: keyOf(request), status: 201, answer: answerOf(request), request: asked })
      }),
  },
  {
    invariant: 12,
    what: 'an effect of a request that was definitely refused',
    corrupt: async () => {},
    attempts: ([request]) => [told({ key: keyOf(request), status: 422, retryable: false })],
  },
  {
    invariant: 13,
    what: 'two effects of one request, twenty minutes apart',
    corrupt: (tamper) => tamper.sameRequestTwice(20 * 60_000),
  },
  {
    invariant: 13,
    what: 'one event id on two events',
    corrupt: (tamper) => tamper.change('Events', () => true, { id: 'the-same' }, 2),
  },
  {
    invariant: 14,
    what: 'a saga that stands still',
    corrupt: (tamper) =>
      tamper.change('Sagas', () => true, { state: 'running', touchedAt: '2025-05-30T12:00:00.000Z' }),
  },
  {
    invariant: 14,
    what: 'a saga parked nowhere',
    corrupt: (tamper) => tamper.change('Sagas', () => true, { state: 'parked' }),
  },
  {
    invariant: 16,
    what: 'a compensated saga with a step that was never undone',
    corrupt: (tamper) => tamper.remove('StepKeys', (row) => row.step === 'budget' && row.state === 'undone'),
  },
  {
    invariant: 17,
    what: 'a fence that opened again',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'notice' && row.state === 'undone', { state: 'intent' }),
  },
  {
    invariant: 17,
    what: 'a do after its undo',
    corrupt: (tamper) => tamper.change('Sagas', isCompensated, { t_150_late: attemptOf('do', 'done') }),
  },
  {
    invariant: 18,
    what: 'an undo that ran twice',
    corrupt: (tamper) => tamper.change('Sagas', isCompensated, { t_150_again: attemptOf('undo', 'undone') }),
  },
  {
    invariant: 15,
    what: 'a completed saga with a step not done',
    corrupt: (tamper) => tamper.change('StepKeys', (row) => row.step === 'record', { state: 'tombstone' }),
  },
  {
    invariant: 15,
    what: 'a compensated saga with a step not undone',
    corrupt: (tamper) => tamper.change('Sagas', (row) => row.state === 'completed', { state: 'compensated' }),
  },
  {
    invariant: 15,
    what: 'a budget that no reservation explains',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.used !== undefined, { used: 500 }),
  },
  {
    invariant: 19,
    what: 'a person who was never told',
    corrupt: (tamper) => tamper.remove('Sagas', (row) => row.name === 'notification'),
  },
  {
    invariant: 19,
    what: 'two sagas of one purpose',
    corrupt: (tamper) => tamper.copy('Sagas', () => true, { pk: 'TENANT#acme#SAGA#twin', id: 'twin' }),
  },
  {
    invariant: 20,
    what: 'a ready attachment whose object is gone',
    corrupt: async () => {},
    objects: () => [],
  },
  {
    invariant: 20,
    what: 'a ready attachment with other bytes than were inspected',
    corrupt: async () => {},
    objects: (stored) => stored.map((object) => ({ ...object, sha256: '0'.repeat(64) })),
  },
  {
    invariant: 20,
    what: 'a ready attachment that is infected',
    corrupt: async () => {},
    objects: (stored) => stored.map((object) => ({ ...object, isInfected: true })),
  },
  {
    invariant: 21,
    what: 'an object of no attachment',
    corrupt: async () => {},
    objects: (stored) => [...stored, ...stored.map((object) => ({ ...object, key: 'clean/acme/none/none' }))],
  },
  {
    invariant: 21,
    what: 'an upload that nobody removed',
    corrupt: async () => {},
    objects: (stored) => [
      ...stored,
      ...stored.map((object) => ({ ...object, key: object.key.replace('clean', 'quarantine'), storedAtMs: 0 })),
    ],
  },
  {
    invariant: 21,
    what: 'an attachment that waits for a saga that has ended',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'rejected', { state: 'awaiting_upload' }),
  },
  {
    invariant: 21,
    what: 'an attachment that was added by no event',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.state === 'rejected', { state: 'ready' }),
  },
  {
    invariant: 21,
    what: 'reserved bytes that nothing explains',
    corrupt: (tamper) => tamper.change('Quotas', (row) => row.sk === 'BYTES', { usedBytes: 1 }),
  },
  {
    invariant: 22,
    what: 'a notice that should have been withdrawn',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'notice' && row.state === 'done', { state: 'undone' }),
  },
  {
    invariant: 22,
    what: 'two notices of one event',
    corrupt: (tamper) => tamper.copy('Notices', () => true, { sk: '20260101-twin', id: '20260101-twin' }),
  },
  {
    invariant: 19,
    what: 'an endpoint that was not told',
    corrupt: (tamper) => tamper.remove('Sagas', (row) => row.name === 'webhook' && row.recipient === 'crm'),
  },
  {
    invariant: 19,
    what: 'an endpoint that was told of what it does not want',
    corrupt: (tamper) => tamper.change('Sagas', (row) => row.name === 'webhook', { eventId: 'of-another-type' }),
  },
  {
    invariant: 22,
    what: 'a delivery that no saga made',
    corrupt: (tamper) => tamper.change('Notices', isDelivery, { sk: '20260301T110000000Z-nobody' }),
  },
  {
    invariant: 22,
    what: 'a delivered message of which nothing is kept',
    corrupt: (tamper) => tamper.remove('Notices', isDelivery),
  },
  {
    invariant: 22,
    what: 'two deliveries of one event to one endpoint',
    corrupt: (tamper) => tamper.change('Notices', isDelivery, { seq: 1 }, 2),
  },
  {
    invariant: 5,
    what: 'settings whose version no event tells',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.sk === 'SETTINGS', { version: 9 }),
  },
  {
    invariant: 22,
    what: 'a mail that the sink lost',
    corrupt: async () => {},
    mails: (sent) => sent.slice(1),
  },
  {
    invariant: 22,
    what: 'a mail under an id of its own',
    corrupt: async () => {},
    mails: (sent) => [...sent, { steadfastId: 'unknown', to: ['ann@example.com'] }],
  },
  {
    invariant: 22,
    what: 'one mail to two people',
    corrupt: async () => {},
    mails: (sent) => [...sent, ...sent.slice(0, 1).map((mail) => ({ ...mail, to: ['eve@example.com'] }))],
  },
  {
    invariant: 22,
    what: 'a mail of what was rolled back',
    corrupt: (tamper) =>
      tamper.change('StepKeys', (row) => row.step === 'mail' && row.state === 'done', { state: 'tombstone' }, 4),
  },
  {
    invariant: 26,
    what: 'a row under another tenant',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { tenant: 'globex' }),
  },
  {
    invariant: 26,
    what: 'an answer for another tenant',
    corrupt: (tamper) => tamper.change('RequestKeys', () => true, { aggregate: 'TENANT#globex#TICKET#1' }),
  },
  {
    invariant: 28,
    what: 'a ticket that stays with someone who was deactivated',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.sk === 'USER' && row.id === agent.id, { status: 'deactivated' }),
  },
]

describe('the check', () => {
  it('finds nothing in a healthy system, one compensated saga included', async () => {
    const { store, nowMs, mails, objects } = await healthySystem()
    const sagas = await rowsOf(store, 'Sagas')
    expect(new Set(sagas.map(({ state }) => state))).toEqual(new Set(['completed', 'compensated']))
    expect(mails.length).toBeGreaterThan(0)
    expect(objects).toHaveLength(1)
    expect(broken(await evidenceOf(store, nowMs, [], mails, objects))).toEqual([])
  })

  it.each(corruptions)(
    'breaks invariant $invariant on $what',
    async ({ invariant, corrupt, attempts, mails, objects }) => {
      const { store, nowMs, mails: sent, objects: stored } = await healthySystem()
      await corrupt(new Tamper(store))
      const told = attempts?.(await rowsOf(store, 'RequestKeys')) ?? []
      const seen = mails?.(sent) ?? sent
      expect(
        broken(await evidenceOf(store, nowMs, told, seen, objects?.(stored) ?? stored)).map(({ number }) => number),
      ).toContain(invariant)
    },
  )

  it('has a corruption for every invariant', () => {
    expect(new Set(corruptions.map(({ invariant }) => invariant))).toEqual(
      new Set(invariants.map(({ number }) => number)),
    )
  })
})

async function evidenceOf(
  store: Store,
  nowMs: number,
  attempts: RequestAttempt[] = [],
  mails: SentMail[] = [],
  objects: StoredObject[] = [],
) {
  return gatherEvidence(store, nowMs, attempts, mails, objects)
}

function broken(evidence: Awaited<ReturnType<typeof gatherEvidence>>) {
  return checkInvariants(evidence)
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant, violations }) => ({ number: invariant.number, violations }))
}

function isHeader(row: Row): boolean {
  return row.sk === 'HEADER' && row.tenant === 'acme'
}

function isCompensated(row: Row): boolean {
  return row.state === 'compensated' && row.name === 'notification'
}

function attemptOf(action: string, outcome: string): Row {
  const at = '2025-06-02T12:00:00.000Z'
  return { step: 'notice', action, outcome, startedAt: at, endedAt: at }
}

function isFollower(row: Row): boolean {
  return String(row.sk).startsWith('FOLLOWER#')
}

function ofType(type: string) {
  return (row: Row) => row.type === type
}

function dataOf(row: Row): Record<string, unknown> {
  return row.data as Record<string, unknown>
}

function keyOf(request: Row | undefined): string {
  return String(request?.pk).split('#').at(-1) ?? ''
}

function answerOf(request: Row | undefined): string {
  return JSON.stringify({ body: (request?.answer as { body: string } | undefined)?.body })
}

function told(attempt: Pick<RequestAttempt, 'key' | 'status'> & Partial<RequestAttempt>): RequestAttempt {
  return { copy: 0, outcome: 'answered', startedAtMs: 0, latencyMs: 1, ...attempt }
}

/** Writes past every rule, as only a bug or a person could. Throws when there is nothing to tamper with: the test would prove nothing. */
class Tamper {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async change(table: TableName, is: (row: Row) => boolean, to: Row, count = 1): Promise<void> {
    for (const row of await this.#find(table, is, count)) await this.#put(table, { ...row, ...to })
  }

  async remove(table: TableName, is: (row: Row) => boolean): Promise<void> {
    const [row] = await this.#find(table, is, 1)
    await this.#store.write({ kind: 'delete', table, key: { pk: String(row?.pk), sk: String(row?.sk) } })
  }

  async copy(table: TableName, is: (row: Row) => boolean, to: Row): Promise<void> {
    const [row] = await this.#find(table, is, 1)
    await this.#put(table, { ...row, ...to })
  }

  async copyToOutbox(): Promise<void> {
    const [event] = await this.#find('Events', () => true, 1)
    const { pk, sk, ...rest } = event ?? {}
    await this.#put('Outbox', { pk, sk, event: rest })
  }

  /** Two events of different tickets' requests come to share one request, so long apart. */
  async sameRequestTwice(apartMs: number): Promise<void> {
    const [first, second] = await this.#find('Events', (row) => row.requestKeyHash !== undefined, 2)
    const recordedAt = new Date(Date.parse(String(first?.recordedAt)) + apartMs).toISOString()
    await this.#put('Events', { ...second, requestKeyHash: first?.requestKeyHash, recordedAt })
  }

  async #find(table: TableName, is: (row: Row) => boolean, count: number): Promise<Row[]> {
    const found = (await rowsOf(this.#store, table)).filter(is).slice(0, count)
    if (found.length < count) throw new Error(`${table} has no such row`)
    return found
  }

  async #put(table: TableName, row: Row): Promise<void> {
    await this.#store.write({ kind: 'put', table, row: row as Row & { pk: string } })
  }
}
