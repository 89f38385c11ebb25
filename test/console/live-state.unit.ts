import { describe, expect, it } from 'vitest'
import { applyMessage, emptyState, type LiveState } from '../../console/live/state.ts'
import type { Batch, WireEvent } from '../../console/wire.ts'

const event = (seq: number): WireEvent => ({
  seq,
  at: '2026-01-02T03:04:05.000Z',
  kind: 'request',
  what: 'POST /tickets',
  outcome: '201',
  counter: 'request committed',
})
const batch = (from: number, to: number, skipped = 0): Batch => ({
  events: Array.from({ length: to - from + 1 }, (_, at) => event(from + at)),
  skipped,
  totals: { 'request committed': to },
})
const stateAfter = (...batches: Batch[]): LiveState =>
  batches.reduce((state, each) => applyMessage(state, 'batch', each), emptyState)
const second = (at: string) => ({ at, committed: 1, replayed: 0, read: 0, errors: 0 })

describe('what the console knows', () => {
  it('has the newest event first, and no more than it can show', () => {
    const { events } = stateAfter(batch(1, 3), batch(4, 300))
    expect(events.slice(0, 2).map(({ seq }) => seq)).toEqual([300, 299])
    expect(events).toHaveLength(200)
  })

  it('counts by the totals that it is told, so that what was left out is counted too', () => {
    const { totals, skipped } = stateAfter(batch(1, 3), batch(900, 1_000, 896))
    expect([totals['request committed'], skipped]).toEqual([1_000, 896])
  })

  it('knows for how many batches in a row a total has grown', () => {
    expect(stateAfter(batch(1, 1), batch(2, 2), batch(3, 3)).growing).toEqual({ 'request committed': 3 })
    const still = applyMessage(stateAfter(batch(1, 1)), 'batch', {
      ...batch(2, 1),
      totals: { 'request committed': 1, mail: 1 },
    })
    expect(still.growing).toEqual({ mail: 1 })
  })

  it('forgets what was before a gap', () => {
    const promises = { checkedAt: '', ms: 1, invariants: [], sagas: {} }
    const before = applyMessage(stateAfter(batch(1, 3)), 'promises', promises)
    const { events, totals, promises: known } = applyMessage(before, 'reset', {})
    expect([events, totals, known]).toEqual([[], {}, undefined])
  })

  it('shows each second once, also when a new connection tells them again', () => {
    const [a, b, c] = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z', '2026-01-02T03:04:07Z'].map(second)
    const before = applyMessage(emptyState, 'second', [a, b] as never)
    expect(applyMessage(before, 'second', [b, c] as never).seconds).toEqual([a, b, c])
    expect(applyMessage(before, 'second', [c] as never).seconds).toEqual([a, b, c])
  })
})
