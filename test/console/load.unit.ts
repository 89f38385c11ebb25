import { describe, expect, it } from 'vitest'
import { progressWords, raceViews } from '../../console/load/load-view.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import { watchRaces } from '../../proof/load/watch-races.ts'

const attempt = (key: string, copy: number, latencyMs: number, more: Partial<RequestAttempt> = {}): RequestAttempt => ({
  key,
  copy,
  outcome: 'answered',
  status: 201,
  startedAtMs: 0,
  latencyMs,
  ...more,
})
const replayed = { replayed: true }
const lost = { outcome: 'lost' } as const

describe('copies of a request', () => {
  it('race until each has a final answer, and only then are shown', () => {
    const races = watchRaces(2)
    races.add(attempt('a', 0, 5, { status: 503 }))
    races.add(attempt('a', 1, 9))
    expect(races.soFar().races).toEqual([])
    races.add(attempt('a', 0, 12, replayed))
    const answers = [
      { copy: 0, outcome: 'refused', ms: 5 },
      { copy: 1, outcome: 'committed', ms: 9 },
      { copy: 0, outcome: 'replayed', ms: 12 },
    ]
    expect(races.soFar().races).toEqual([{ key: 'a', answers }])
    expect(races.soFar().answers).toEqual({ committed: 1, replayed: 1, refused: 1, lost: 0 })
  })

  it('are remembered for a few requests, the newest first', () => {
    const races = watchRaces(1)
    for (let at = 0; at < 100; at++) races.add(attempt(`k${at}`, 0, 1))
    expect(races.soFar().races.map(({ key }) => key)).toEqual(['k99', 'k98', 'k97', 'k96', 'k95', 'k94', 'k93', 'k92'])
  })

  it('are not measured by connections that broke', () => {
    const races = watchRaces(2)
    for (const ms of [10, 20, 30]) races.add(attempt('a', 0, ms))
    races.add(attempt('b', 0, 60_000, lost))
    expect(races.soFar().latencyMs).toEqual({ p50: 20, p90: 30, p99: 30, max: 30 })
  })

  it('are drawn on one scale', () => {
    const views = raceViews([
      { key: 'a', answers: [{ copy: 0, outcome: 'committed', ms: 25 }] },
      { key: 'b', answers: [{ copy: 1, outcome: 'replayed', ms: 100 }] },
    ])
    expect(views.map(({ bars }) => bars.map(({ length, words }) => [length, words]))).toEqual([
      [[25, 'copy 1 committed, 25 ms']],
      [[100, 'copy 2 replayed, 100 ms']],
    ])
  })

  it('are told in one sentence', () => {
    const latencyMs = { p50: 0, p90: 0, p99: 0, max: 0 }
    const progress = { requestsDone: 2, requestsPlanned: 10, seconds: 2, latencyMs, races: [] }
    const answers = { committed: 2, replayed: 4, refused: 0, lost: 1 }
    expect(progressWords({ ...progress, answers })).toBe(
      '2 of 10 requests: 2 committed, 4 replayed, 1 lost, 4 per second',
    )
  })
})
