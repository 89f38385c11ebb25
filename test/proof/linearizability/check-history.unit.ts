import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../../proof/linearizability/check-history.ts'
import { forgetKeys, type TicketOperation } from '../../../proof/linearizability/forget-keys.ts'
import type { Model, Operation } from '../../../proof/linearizability/model.ts'
import { ticketModel } from '../../../proof/linearizability/ticket-model.ts'
import { seed } from '../../fixtures/sample.ts'
import { isLinearizable } from './brute-force.ts'
import { doubtful, happened } from './random-histories.ts'

type Call = { write: number } | 'read'

/** One number. A write is answered with nothing. */
const register: Model<number, Call, number | null> = {
  initial: 0,
  step(state, call, answer) {
    if (call !== 'read') return call.write
    return answer === undefined || answer === state ? state : undefined
  },
  isObservation: (call) => call === 'read',
  keyOf: String,
}

type RegisterOperation = Operation<Call, number | null>

/** An operation from one moment to another; without an end its outcome is unknown. */
const write = (value: number, from: number, to?: number): RegisterOperation => ({
  call: { write: value },
  invokedAtMs: from,
  ...(to !== undefined && { returned: { atMs: to, answer: null } }),
})
const read = (answer: number, from: number, to: number): RegisterOperation => ({
  call: 'read',
  invokedAtMs: from,
  returned: { atMs: to, answer },
})
const verdictOf = (...operations: RegisterOperation[]) => checkHistory(register, operations).verdict

describe('a history', () => {
  it.each([
    ['nothing happened', [], 'linearizable'],
    ['a read sees the write before it', [write(1, 0, 1), read(1, 2, 3)], 'linearizable'],
    ['a read misses a write that had ended', [write(1, 0, 1), read(0, 2, 3)], 'not-linearizable'],
    ['a read beside a write sees it or not', [write(1, 0, 9), read(0, 1, 2), read(1, 3, 4)], 'linearizable'],
    ['a value seen once is gone again', [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)], 'not-linearizable'],
    ['two readers see two writes in different orders', twoOrders(), 'not-linearizable'],
    ['a read sees a write of unknown outcome', [write(1, 0), read(1, 2, 3)], 'linearizable'],
    ['a write of unknown outcome happens late', [write(1, 0), read(0, 2, 3), read(1, 4, 5)], 'linearizable'],
    ['a write of unknown outcome never happens', [write(1, 0), read(0, 2, 3)], 'linearizable'],
    ['a write of unknown outcome is taken back', [write(1, 0), read(1, 2, 3), read(0, 4, 5)], 'not-linearizable'],
    ['a read sees a write before it was sent', [read(1, 0, 1), write(1, 2)], 'not-linearizable'],
    ['one ends in the millisecond in which the other begins', [write(1, 0, 1), read(0, 1, 2)], 'linearizable'],
  ] as const)('in which %s is judged', (_, operations, verdict) => {
    expect(verdictOf(...operations)).toBe(verdict)
    expect(isLinearizable(register, operations)).toBe(verdict === 'linearizable')
  })

  it('that cannot be ordered is explained by where the order ends', () => {
    const stale = read(0, 4, 5)
    const judged = checkHistory(register, [write(1, 0, 1), read(1, 2, 3), stale])
    expect(judged).toMatchObject({ verdict: 'not-linearizable', furthest: { state: 1, ordered: 2, next: [stale] } })
  })

  it('that would take too long is given up, which is no pass', () => {
    const writes = Array.from({ length: 12 }, (_, value) => write(value + 1, 0, 100))
    expect(checkHistory(register, [...writes, read(99, 101, 102)], 1_000)).toEqual({
      verdict: 'gave-up',
      statesSearched: 1_000,
    })
  })

  it('is judged as by trying every order', () => {
    const time = fc.nat({ max: 12 })
    const value = fc.nat({ max: 2 })
    const operation = fc.oneof(
      fc
        .tuple(value, time, fc.option(time, { nil: undefined }))
        .map(([of, from, ms]) => write(of, from, ms === undefined ? ms : from + ms)),
      fc.tuple(value, time, time).map(([of, from, ms]) => read(of, from, from + ms)),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
        expect(verdictOf(...operations)).toBe(
          isLinearizable(register, operations) ? 'linearizable' : 'not-linearizable',
        )
      }),
      { seed, numRuns: 500 },
    )
  })
})

describe('a history of a ticket', () => {
  it('that happened passes, whatever overlapped and whichever answers were lost', () => {
    fc.assert(
      fc.property(happened(ticketModel, 40), (operations) => {
        expect(checkHistory(ticketModel, operations).verdict).toBe('linearizable')
        expect(checkHistory(ticketModel, forgetKeys(operations)).verdict).toBe('linearizable')
      }),
      { seed, numRuns: 200 },
    )
  })

  it('does not forget that a key took effect: its next call cannot be refused', () => {
    const close = (key: string) => ({ call: { f: 'change-status', to: 'closed', key } as const, invokedAtMs: 0 })
    const [resolved, refused] = [
      { is: 'changed', replayed: false, etag: 2 },
      { is: 'refused', why: 'transition-not-allowed' },
    ] as const
    const resolve = { f: 'change-status', to: 'resolved', key: 'k' } as const
    const history = forgetKeys([
      { call: { f: 'open', key: 'o' }, invokedAtMs: 0, returned: { atMs: 1, answer: { ...resolved, etag: 1 } } },
      { call: resolve, invokedAtMs: 2, returned: { atMs: 3, answer: resolved } },
      close('unknown'),
      { call: resolve, invokedAtMs: 4, returned: { atMs: 5, answer: refused } },
    ])
    expect(checkHistory(ticketModel, history).verdict).toBe('not-linearizable')
  })

  it('that may not have happened is judged as by trying every order', () => {
    let refuted = 0
    fc.assert(
      fc.property(doubtful(ticketModel, 5), (operations) => {
        const isPossible = isLinearizable(ticketModel, operations)
        if (!isPossible) refuted++
        for (const history of [operations, forgetKeys(operations)])
          expect(checkHistory(ticketModel, history).verdict).toBe(isPossible ? 'linearizable' : 'not-linearizable')
      }),
      { seed, numRuns: 400 },
    )
    expect(refuted).toBeGreaterThan(20)
  })

  it.each([
    { operations: 10_000, atOnce: 40, lostEvery: 0 },
    { operations: 1_000, atOnce: 40, lostEvery: 5 },
  ])(
    'takes less than two states per operation: $operations, $atOnce at once, first answers lost: one in $lostEvery',
    ({ operations, atOnce, lostEvery }) => {
      const history = forgetKeys(longHistory(operations, atOnce, lostEvery))
      const judged = checkHistory(ticketModel, history)
      expect(judged.verdict).toBe('linearizable')
      expect(judged.statesSearched).toBeLessThan(2 * operations)
    },
  )
})

/**
 * Comments, each in two copies, and two reads after each. One operation takes effect every 10 ms; a lost
 * answer is that of the copy that did.
 */
function longHistory(operations: number, atOnce: number, lostEvery: number): TicketOperation[] {
  return Array.from({ length: operations }, (_, index): TicketOperation => {
    const [round, place] = [Math.floor(index / 4), index % 4]
    const key = `k${round}`
    const isLost = lostEvery > 0 && round % lostEvery === 1 && place === 0
    const invokedAtMs = (index - atOnce / 2) * 10
    const call = place > 1 ? ({ f: 'read' } as const) : ({ f: round === 0 ? 'open' : 'comment', key } as const)
    if (isLost) return { call, invokedAtMs }
    const seen = { etag: round + 1 }
    const answer =
      place > 1 ? ({ is: 'ticket', ...seen } as const) : ({ is: 'changed', replayed: place === 1, ...seen } as const)
    return { call, invokedAtMs, returned: { atMs: (index + atOnce / 2) * 10, answer } }
  })
}

function twoOrders(): RegisterOperation[] {
  return [write(1, 0, 9), write(2, 0, 9), read(1, 1, 2), read(2, 3, 4), read(1, 5, 6)]
}
