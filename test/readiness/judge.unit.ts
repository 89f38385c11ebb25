import { describe, expect, it } from 'vitest'
import type { ReadinessItem } from '../../proof/readiness/item.ts'
import { judge } from '../../proof/readiness/judge.ts'
import { type ProofRun, provenWhole } from '../../proof/readiness/proof-run.ts'
import { item, nowMs, run } from './sheet-fixture.ts'

const clean = { commit: 'abc', changed: false }
const passed = (path = 'a') => provenWhole({ path, passed: 3, failed: 0 })
const failed = (path = 'a') => provenWhole({ path, passed: 2, failed: 1 })

function stateOf(provenBy: string[], ...runs: ProofRun[]) {
  return judge([item(provenBy)], runs, clean, nowMs)[0]?.state
}

describe('a promise', () => {
  it('is not run while there is no run, or none of all that proves it', () => {
    expect(stateOf(['a'])).toBe('unrun')
    expect(stateOf(['a', 'b'], run([passed()]))).toBe('unrun')
  })

  it('is proven when all that proves it has passed on this commit, in one run or in several', () => {
    expect(stateOf(['a', 'b'], run([passed(), passed('b')]))).toBe('proven')
    expect(stateOf(['a', 'b'], run([passed()]), run([passed('b')]))).toBe('proven')
  })

  it('is stale when it was shown for another commit, with changes in the work tree, or for nothing known', () => {
    expect(stateOf(['a'], run([passed()], { commit: 'older', changed: false }))).toBe('stale')
    expect(stateOf(['a'], run([passed()], { commit: 'abc', changed: true }))).toBe('stale')
    expect(stateOf(['a'], run([passed()], { changed: true }))).toBe('stale')
    expect(judge([item(['a'])], [run([passed()], { changed: false })], { changed: false }, nowMs)[0]?.state).toBe(
      'stale',
    )
  })

  it('is failed when the newest run failed, of whichever commit', () => {
    expect(stateOf(['a'], run([failed()]), run([passed()]))).toBe('failed')
    expect(stateOf(['a'], run([passed()]), run([failed()]))).toBe('proven')
    expect(stateOf(['a'], run([failed()], { commit: 'older', changed: false }))).toBe('failed')
  })

  it('is judged by the runs of this commit, whatever ran on another since', () => {
    expect(stateOf(['a'], run([failed()], { commit: 'abc', changed: true }), run([passed()]))).toBe('proven')
  })

  it('is proven in part when tests were skipped, and not at all when all were', () => {
    const skipped = (passed: number) => provenWhole({ path: 'a', passed, failed: 0, skipped: 2 })
    expect(stateOf(['a'], run([skipped(1)]))).toBe('partly')
    expect(stateOf(['a'], run([skipped(0)]))).toBe('unrun')
  })

  it('may skip what an emulator is known not to have', () => {
    const path = 'test/targets/localstack.long.ts'
    expect(stateOf([path], run([provenWhole({ path, passed: 9, failed: 0, skipped: 2 })]))).toBe('proven')
  })

  it('is stale when it must be practised and the newest run is too old, and failed if that one failed', () => {
    const practice = { ...item(['a']), withinDays: 30 }
    const later = (days: number, file = passed()) =>
      judge([practice], [run([file])], clean, nowMs + days * 86_400_000)[0]
    expect(later(30)?.state).toBe('proven')
    expect(later(30.5)).toMatchObject({ state: 'stale', verdicts: [{ ageDays: 30 }] })
    expect(later(31, failed())?.state).toBe('failed')
    expect(judge([practice], [], clean, nowMs)[0]?.state).toBe('unrun')
  })

  it('is in the worst state of what proves it', () => {
    const older = { commit: 'older', changed: false }
    expect(stateOf(['a', 'b', 'c'], run([failed()]), run([passed('b')], older))).toBe('failed')
    expect(stateOf(['a', 'b'], run([passed()]), run([passed('b')], older))).toBe('stale')
  })
})

describe('a known gap', () => {
  it('is missing, whatever ran', () => {
    const gap: ReadinessItem = { section: 'known gaps', name: 'a', missing: 'nobody has built it' }
    expect(judge([gap], [run([passed()])], clean, nowMs)).toEqual([{ item: gap, state: 'missing', verdicts: [] }])
  })
})
