import { describe, expect, it } from 'vitest'
import type { Status } from '../../../domain/ticket-status.ts'
import { toJepsenHistory } from '../../../proof/linearizability/jepsen-history.ts'
import { judgeTickets } from '../../../proof/linearizability/judge-tickets.ts'
import type { RequestAttempt, RequestResult } from '../../../proof/load/attempt.ts'
import { storedTickets, untilListed } from '../../../proof/load/final-lists.ts'
import { judgeReads } from '../../../proof/load/judge-reads.ts'
import type { PlannedRequest } from '../../../proof/load/plan.ts'
import type { PlannedRead, ReadAnswer, ReadAttempt } from '../../../proof/load/read.ts'
import { ticketHistories } from '../../../proof/load/ticket-histories.ts'
import { viewReadsOf } from '../../../proof/load/view-promises.ts'

const tenant = 'acme'
const ticketId = 'T1'
const facts = (version: number, status: Status = 'open', assignee: string | null = null) => ({
  version,
  status,
  assignee,
})

/** What one attempt at a write was answered, from one moment to another. */
type Planted = [from: number, to: number, answer: Partial<RequestAttempt> & { etag?: number; body?: object }]

function written(request: Pick<PlannedRequest, 'operation' | 'path' | 'body'>, ...planted: Planted[]): RequestResult {
  const key = JSON.stringify(request)
  const attempts = planted.map(([startedAtMs, endedAtMs, { etag, body, ...attempt }], copy): RequestAttempt => {
    const text = { etag: etag === undefined ? null : `"${etag}"`, body: JSON.stringify(body) }
    const shared = { key, copy, startedAtMs, endedAtMs, latencyMs: endedAtMs - startedAtMs }
    return { ...shared, outcome: 'answered', ...(body && { answer: JSON.stringify(text) }), ...attempt }
  })
  const planned = { ...request, key, tenant, user: 'ada', role: 'agent', method: 'POST' } as const
  return { request: planned, attempts, body: { id: ticketId } }
}

const opened = (...planted: Planted[]) =>
  written({ operation: 'POST /tickets', path: '/tickets', body: {} }, ...planted)
const resolved = (...planted: Planted[]) =>
  written(
    {
      operation: 'POST /tickets/{ticketId}/transitions',
      path: `/tickets/${ticketId}/transitions`,
      body: { to: 'resolved' },
    },
    ...planted,
  )
const success = (status: number, etag: number, body: object) => ({ status, etag, body: { id: ticketId, ...body } })
const problem = (status: number, slug: string) => ({ status, body: { type: `https://steadfast.dev/problems/${slug}` } })
const lost = { outcome: 'lost' } as const

function read(from: number, to: number, planned: Partial<PlannedRead>, answer: ReadAnswer): ReadAttempt {
  return { read: { tenant, ticketId, ...planned } as PlannedRead, startedAtMs: from, endedAtMs: to, answer }
}
const seen = (from: number, to: number, version: number, status: Status = 'open') =>
  read(from, to, { kind: 'ticket' }, { kind: 'ticket', etag: version, ...facts(version, status) })
const counted = (from: number, to: number, kind: 'events' | 'comments', count: number) =>
  read(from, to, { kind }, { kind: 'page', count, more: false })
const listed = (from: number, to: number, version: number, status: Status) =>
  read(from, to, { kind: 'list' }, { kind: 'list', items: [{ id: ticketId, ...facts(version, status) }] })
const counts = (from: number, to: number, viewSequence: number, version?: number, asOf: string | null = null) =>
  read(
    from,
    to,
    { kind: 'counts', ...(version !== undefined && { consistentWith: { ticketId, version } }) },
    { kind: 'counts', asOf, viewSequence },
  )

const opening = opened([0, 10, success(201, 1, facts(1))])
const resolution = resolved([20, 30, success(200, 2, facts(2, 'resolved'))])
const judge = (results: RequestResult[], reads: ReadAttempt[], lagging: string[] = []) =>
  judgeReads({ results, reads }, lagging)

describe('what clients saw of a ticket', () => {
  it.each([
    ['the ticket as written', [seen(11, 12, 1), seen(31, 32, 2, 'resolved')]],
    ['either state beside the write', [seen(21, 22, 1), seen(23, 40, 2, 'resolved')]],
    ['no ticket before it was opened', [read(-2, 5, { kind: 'ticket' }, { kind: 'not-found' })]],
    ['as many events and comments as there are', [counted(31, 32, 'events', 2), counted(31, 32, 'comments', 0)]],
  ])('passes: %s', (_, reads) => {
    expect(judge([opening, resolution], reads)).toMatchObject({ ok: true, tickets: 1, operations: 2 + reads.length })
  })

  it.each([
    ['a stale read after the write had ended', [seen(31, 32, 1)], 'header'],
    ['a new state that is gone again', [seen(21, 22, 2, 'resolved'), seen(23, 24, 1)], 'header'],
    ['a version with the facts of another one', [seen(31, 32, 2, 'open')], 'header'],
    ['no ticket after it was opened', [read(11, 12, { kind: 'ticket' }, { kind: 'not-found' })], 'header'],
    ['an event too few', [counted(31, 32, 'events', 1)], 'events'],
    ['a comment that nobody wrote', [counted(31, 32, 'comments', 1)], 'comments'],
  ])('fails: %s', (_, reads, row) => {
    const { ok, notLinearizable } = judge([opening, resolution], reads)
    expect(ok).toBe(false)
    expect(notLinearizable).toEqual([expect.stringMatching(`^${row} of ticket T1: after \\d operations`)])
  })

  it('counts a copy that took effect a second time as impossible, and one that was answered from the first as usual', () => {
    const first: Planted = [0, 10, success(201, 1, facts(1))]
    const copy = (replayed: boolean): Planted => [0, 20, { ...success(201, 1, facts(1)), replayed }]
    expect(judge([opened(first, copy(true))], []).ok).toBe(true)
    expect(judge([opened(first, copy(false))], []).ok).toBe(false)
  })

  it('leaves a lost answer and a 5xx open to the end: it may have taken effect at any time, or never', () => {
    for (const outcome of [lost, problem(503, 'outcome-unknown'), { status: 502, body: { message: 'Internal' } }]) {
      const unknown = resolved([20, 30, outcome])
      expect(judge([opening, unknown], [seen(40, 41, 1), seen(50, 51, 2, 'resolved')])).toMatchObject({
        ok: true,
        unknownOutcomes: 1,
        longestWindow: 3,
      })
      expect(judge([opening, unknown], [seen(40, 41, 2, 'resolved'), seen(50, 51, 1)]).ok).toBe(false)
    }
  })

  it('takes a refusal at its word: the ticket was in a state for it', () => {
    const refusedAt = (from: number) => resolved([from, from + 5, problem(409, 'transition-not-allowed')])
    expect(judge([opening, refusedAt(11)], []).ok).toBe(false)
    const notFound = resolved([-20, -10, problem(404, 'not-found')])
    expect(judge([opening, notFound], []).ok).toBe(true)
  })

  it('says nothing of a request that was turned away without a look at the ticket', () => {
    const busy = resolved([11, 12, problem(409, 'write-conflict')], [13, 14, problem(429, 'throttled')])
    expect(judge([opening, busy], [])).toMatchObject({ ok: true, operations: 1 })
  })

  it('is given up when it takes too long, and that is not ok', () => {
    const many = Array.from({ length: 9 }, () => seen(20, 30, 2, 'resolved'))
    const histories = ticketHistories({ results: [opening, resolution], reads: [...many, seen(31, 32, 1)] })
    expect(judgeTickets(histories, 5)).toMatchObject({ gaveUp: ['header of ticket T1'], notLinearizable: [] })
  })
})

describe('lists', () => {
  it('may be old, but show no version that was not sent yet, and none with other facts than it had', () => {
    const results = [opening, resolution]
    expect(judge(results, [listed(40, 41, 1, 'open'), listed(40, 41, 2, 'resolved')])).toMatchObject({
      ok: true,
      lists: 2,
    })
    expect(judge(results, [listed(15, 16, 2, 'resolved')]).listFaults).toEqual([
      'a list shows version 2 of ticket T1 before its write was sent',
    ])
    expect(judge(results, [listed(40, 41, 2, 'open')]).listFaults).toEqual([
      'a list shows version 2 of ticket T1 as open, assigned to nobody, which was resolved, assigned to nobody',
    ])
  })

  it('may show a version as soon as its write was sent, although the answer was lost', () => {
    const answeredLater: Planted = [40, 50, { ...success(200, 2, facts(2, 'resolved')), replayed: true }]
    const repeated = [opening, resolved([20, 30, lost], answeredLater)]
    expect(judge(repeated, [listed(35, 36, 2, 'resolved')]).listFaults).toEqual([])
    expect(judge(repeated, [listed(15, 16, 2, 'resolved')]).listFaults).toHaveLength(1)
    const neverAnswered = [opening, resolved([20, 30, lost])]
    const reads = [seen(60, 61, 2, 'resolved'), listed(35, 36, 2, 'resolved')]
    expect(judge(neverAnswered, reads).listFaults).toEqual([])
    expect(judge(neverAnswered, [seen(60, 61, 2, 'resolved'), listed(15, 16, 2, 'resolved')]).listFaults).toHaveLength(
      1,
    )
  })

  it('that do not catch up are named', async () => {
    const sender = { apiUrl: 'http://127.0.0.1:9', tokenFor: async () => 'token' }
    expect(await untilListed(sender, { results: [] }, storedTickets({ tickets: [] }), 0)).toEqual([])
    expect(judge([opening], [], ['the list of acme shows nothing']).ok).toBe(false)
  })
})

describe('views', () => {
  it('may lag, but never reflect fewer events than an answer before', () => {
    expect(judge([], [counts(0, 10, 3), counts(5, 15, 2), counts(16, 17, 3)])).toMatchObject({ ok: true, views: 3 })
    expect(judge([], [counts(0, 10, 3), counts(11, 12, 2)]).viewFaults).toEqual([
      'the counts of acme reflect 2 events as of null, after an answer that reflected 3',
    ])
    const asOf = (day: number) => `2026-01-0${day}T00:00:00.000Z`
    expect(judge([], [counts(0, 10, 3, undefined, asOf(2)), counts(11, 12, 3, undefined, asOf(1))]).viewFaults).toEqual(
      [`the counts of acme reflect 3 events as of ${asOf(1)}, after an answer as of ${asOf(2)}`],
    )
  })

  it('reflect the write that was asked for, together with those of earlier answers', () => {
    expect(judge([], [counts(0, 10, 2, 2)]).ok).toBe(true)
    expect(judge([], [counts(0, 10, 1, 2)]).viewFaults).toEqual([
      'the counts of acme reflect 1 events as of null, but were asked for writes with 2',
    ])
    const other = counts(11, 12, 3, 2)
    Object.assign(other.read, { consistentWith: { ticketId: 'T2', version: 2 } })
    expect(judge([], [counts(0, 10, 2, 2), other]).viewFaults).toHaveLength(1)
    expect(viewReadsOf([counts(0, 10, 1, 2)])).toEqual([
      { tenant, path: '/stats', ticket: ticketId, version: 2, viewSequence: 1 },
    ])
  })
})

describe('the exported history', () => {
  const results = [opening, resolved([20, 30, lost])]
  const histories = ticketHistories({ results, reads: [seen(40, 41, 1)] })
  const entries = toJepsenHistory(histories).map((line) => JSON.parse(line))

  it('is in the form of Jepsen: an entry where a call begins and one where it ends, by ticket', () => {
    expect(entries.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
    expect(entries.map(({ process, type, f, time }) => [process, type, f, time])).toEqual([
      [0, 'invoke', 'open', 0],
      [0, 'ok', 'open', 10_000_000],
      [0, 'invoke', 'change-status', 20_000_000],
      [1, 'invoke', 'read', 40_000_000],
      [0, 'info', 'change-status', 41_000_000],
      [1, 'ok', 'read', 41_000_000],
    ])
    expect(entries.at(-1).value).toEqual([ticketId, { answer: { is: 'ticket', etag: 1, ...facts(1) } }])
  })
})
