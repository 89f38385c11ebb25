import { describe, expect, it } from 'vitest'
import { consumerDelays, type EventLine } from '../../../proof/bench/measure-relay.ts'

const commit = (eventId: string, atMs: number): EventLine => ({ eventId, atMs, message: 'request succeeded' })
const consumed = (eventId: string, atMs: number, outcome = 'applied'): EventLine => ({
  eventId,
  atMs,
  outcome,
  consumer: 'project-views',
  message: 'message consumed',
})

describe('the time from commit to consumer', () => {
  it('counts the delivery that was applied, not its copies and not events of others', () => {
    const lines = [
      commit('a', 10),
      consumed('a', 30),
      commit('b', 20),
      consumed('b', 90),
      consumed('a', 500, 'skipped'),
    ]
    expect(consumerDelays([...lines, consumed('earlier', 1)])).toEqual([
      { consumer: 'project-views', events: 2, p50Ms: 20, p99Ms: 70 },
    ])
  })

  it('counts what each consumer has applied so far', () => {
    const lines = [commit('a', 10), commit('b', 20), consumed('a', 30)]
    expect(consumerDelays(lines)).toMatchObject([{ consumer: 'project-views', events: 1 }])
  })
})
