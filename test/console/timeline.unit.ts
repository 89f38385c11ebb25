import { describe, expect, it } from 'vitest'
import { readPlace } from '../../console/shell/place.ts'
import { timelinePlace, timelineQueryOf } from '../../console/timeline/timeline-query.ts'
import { elapsed, lanes, type TimelineRow, timelineView, wordsOf } from '../../console/timeline/timeline-view.ts'
import type { LaneStep } from '../../console/wire-timeline.ts'

const startMs = Date.parse('2026-01-02T03:04:05.000Z')
const step = (ms: number, lane: LaneStep['lane'], what: string, more: Partial<LaneStep> = {}): LaneStep => ({
  at: new Date(startMs + ms).toISOString(),
  lane,
  who: 'someone',
  what,
  facts: {},
  rows: [],
  ...more,
})
const answered = { operation: 'POST /tickets', status: '201' }
const steps = [
  step(0, 'transaction', 'event recorded: ticket.opened'),
  step(11, 'request', 'request succeeded', { facts: answered }),
  step(68, 'saga', 'saga created'),
  step(83, 'consumer', 'message consumed', { facts: { outcome: 'applied' } }),
  step(5_000, 'request', 'request succeeded', { facts: answered, tone: 'repeat' }),
  step(5_100, 'outside', 'do mail: done'),
]

/** A step as it is drawn: which lanes pass above and below the dot, where it is, and what begins from where. */
const drawn = ({ lane, above, below, branches }: TimelineRow) =>
  `${lanes[lane]} ${above.join('')}|${below.join('')}${branches.map(({ from, to }) => ` ${from}>${to}`).join('')}`

describe('the timeline of a request', () => {
  const view = timelineView({ correlationId: 'c1', steps })

  it('has a line per lane from where it begins to its last step, and none beyond', () => {
    expect(view.rows.map(drawn)).toEqual([
      'transaction 0|01 0>1',
      'request 01|01',
      'saga 01|034 1>3 3>4',
      'consumer 034|04',
      'request 04|4',
      'outside 4| 4>5',
    ])
  })

  it('says when each step was, and when long nothing was', () => {
    expect(view.rows.map(({ offset }) => offset)).toEqual(['+0 ms', '+11 ms', '+68 ms', '+83 ms', '+5.0 s', '+5.1 s'])
    expect(view.rows.map(({ pause }) => pause)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '4.9 s later',
      undefined,
    ])
  })

  it('draws a duplicate as it met the answer that the transaction stored', () => {
    expect(view.rows.map(({ meets }) => meets)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      lanes.indexOf('transaction'),
      undefined,
    ])
    expect(view.rows[4] && wordsOf(view.rows[4].step)).toBe('duplicate answered 201 from the first answer')
  })

  it('is headed by what was asked and how it was answered', () => {
    expect([view.title, view.note]).toEqual(['POST /tickets', '201, 1 duplicate'])
  })

  it.each([
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [61_000, '1 min'],
    [3_700_000, '1 h 1 min'],
  ])('says %i ms as %s', (ms, text) => {
    expect(elapsed(ms)).toBe(text)
  })

  it('of nothing is empty', () => {
    expect(timelineView({ correlationId: 'c1', steps: [] })).toEqual({ title: 'Request', note: '', rows: [] })
  })
})

describe('the address of a timeline', () => {
  it('names what is followed', () => {
    expect(timelineQueryOf(timelinePlace('key', 'a/b'))).toEqual({ by: 'key', id: 'a/b' })
    expect(timelineQueryOf(readPlace('#life/what/x'))).toBeUndefined()
    expect(timelineQueryOf(readPlace('#life/ticket'))).toBeUndefined()
  })
})
