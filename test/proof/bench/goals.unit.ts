import { describe, expect, it } from 'vitest'
import { formatGrowth } from '../../../commands/bench/format-writes.ts'
import { percentile, rotated, spreadOf } from '../../../proof/bench/rounds.ts'
import { judge } from '../../../proof/bench/writes/goals.ts'

const spread = (median: number) => ({ median, low: median, high: median })
const ratio = (clients: number, p50: number, throughput: number) => ({
  kind: 'first' as const,
  clients,
  other: 'powertools' as const,
  p50: spread(p50),
  p99: spread(1),
  throughput: spread(throughput),
  cpu: spread(1),
})

describe('a goal of the write path', () => {
  it('is met when every number of clients meets it', () => {
    const judged = judge([ratio(1, 0.5, 1.7), ratio(8, 0.6, 1.5), { ...ratio(8, 9, 0), other: 'naive' }])
    expect(judged.slice(0, 2)).toEqual([
      { kind: 'first', figure: 'p50', limit: 0.6, medians: [0.5, 0.6], isMet: true },
      { kind: 'first', figure: 'throughput', limit: 1.6, medians: [1.7, 1.5], isMet: false },
    ])
  })

  it('is not met by nothing', () => {
    expect(judge([]).some(({ isMet }) => isMet)).toBe(false)
  })
})

describe('growth', () => {
  it.each([
    [1.1, 'met'],
    [1.12, 'missed'],
  ])('to %d of the latency on empty tables is %s', (median, word) => {
    const row = { kind: 'first' as const, tickets: 0, p50Ms: 4, p99Ms: 9, ratio: spread(1) }
    const rows = [row, { ...row, tickets: 10_000, ratio: spread(median) }]
    const lines = formatGrowth(rows, { sizes: [0, 10_000], requests: 1, rounds: 1 }).split('\n')
    expect(lines.at(-3)).toMatch(/^\| first +\| +10,000 \| +4\.00 \|/)
    expect(lines.at(-1)).toBe(`p50 at most 1.10 of that on the first size: ${median.toFixed(2)}: ${word}`)
  })
})

describe('the rounds of a benchmark', () => {
  it('are told as their median and the range of their middle half', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 })
    expect(percentile(99, [1, 2, 3])).toBe(3)
    expect(() => percentile(50, [])).toThrow(RangeError)
  })

  it('begin with another of what is compared each time', () => {
    expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc'])
  })
})
