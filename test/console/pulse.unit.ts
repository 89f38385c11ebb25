import { describe, expect, it } from 'vitest'
import { pulseAt } from '../../console/operator-api/pulse-at.ts'
import type { WireEvent } from '../../console/wire.ts'

const happenedMs = Date.parse('2026-01-02T03:04:05.000Z')
const event = (seq: number, kind: WireEvent['kind'] = 'message') =>
  ({ seq, kind, at: new Date(happenedMs).toISOString() }) as WireEvent
const depths = (liveSagas: number) => ({ outbox: 0, queues: [], liveSagas })
const everyMs = 4_000

describe('the pulse of what operators look at', () => {
  /** How often it changes within half a minute that begins so many seconds after the event. */
  function changes(afterSeconds: number, state = { events: [event(1)], depths: depths(0) }, failedAtMs?: number) {
    const beganMs = happenedMs + afterSeconds * 1_000
    const seen = new Set<string>()
    for (let ms = beganMs; ms < beganMs + 30_000; ms += 500)
      seen.add(pulseAt(everyMs, state, { nowMs: ms, failedAtMs }))
    return seen.size
  }

  it('goes on while a saga is on its way, and for a while after something happened', () => {
    expect(changes(60, { events: [], depths: depths(1) })).toBeGreaterThan(6)
    expect(changes(0)).toBeGreaterThan(3)
  })

  it('rests while nothing happens, however much is read', () => {
    expect(changes(60)).toBe(1)
    expect(changes(0, { events: [event(1, 'request')], depths: depths(0) })).toBe(1)
  })

  it('goes on slowly after a reading failed, though nothing happens: what it was to tell is still unknown', () => {
    expect(changes(60, undefined, happenedMs + 59_000)).toBe(3)
    expect(changes(120, undefined, happenedMs + 59_000)).toBe(1)
  })
})
