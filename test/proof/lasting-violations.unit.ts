import { describe, expect, it } from 'vitest'
import { lastingViolations } from '../../proof/check/lasting-violations.ts'

describe('what is wrong in every reading', () => {
  const wrong = (subject: string, problem = 'is wrong') => ({ subject, problem })
  const reads = (...readings: ReturnType<typeof wrong>[][]) => {
    let count = 0
    const read = async () => readings[Math.min(count++, readings.length - 1)] ?? []
    return {
      judged: (max: number) => lastingViolations(read, { readings: max, pause: async () => {} }),
      count: () => count,
    }
  }

  it('is nothing where each reading meets other rows halfway', async () => {
    const { judged, count } = reads([wrong('a'), wrong('b')], [wrong('b'), wrong('c')], [wrong('a'), wrong('c')])
    expect([await judged(10), count()]).toEqual([[], 3])
  })

  it('is a row that stays wrong, also where it is wrong in another way each time', async () => {
    const { judged, count } = reads([wrong('a'), wrong('b', '1')], [wrong('b', '2'), wrong('c')], [wrong('b', '3')])
    expect([await judged(4), count()]).toEqual([[wrong('b', '3')], 4])
  })

  it('is known after one reading that finds nothing', async () => {
    const { judged, count } = reads([])
    expect([await judged(10), count()]).toEqual([[], 1])
  })
})
