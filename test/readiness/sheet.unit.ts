import { describe, expect, it } from 'vitest'
import { longParts } from '../../commands/test/long-parts.ts'
import { readinessItems } from '../../proof/readiness/catalogue.ts'
import { formatGate, formatSheet } from '../../proof/readiness/format-sheet.ts'
import type { ReadinessItem } from '../../proof/readiness/item.ts'
import { judge } from '../../proof/readiness/judge.ts'
import { type ProofRun, provenWhole } from '../../proof/readiness/proof-run.ts'
import { reasonsAgainst, type Sheet } from '../../proof/readiness/sheet.ts'
import {
  rebuildLine,
  reconcileLine,
  restoreLines,
  revisionLines,
  type StackLine,
} from '../../proof/readiness/stack-runs.ts'
import { item, nowMs, run } from './sheet-fixture.ts'

const version = { commit: 'abc', changed: false }
const good: StackLine[] = [{ name: 'reconciliation', state: 'proven', says: 'complete' }]
const gap: ReadinessItem = { section: 'known gaps', name: 'erasure', missing: 'nobody can be erased' }

function sheetOf(items: readonly ReadinessItem[], runs: ProofRun[], rest: Partial<Sheet> = {}): Sheet {
  return { version, items: judge(items, runs, version, nowMs), unreadable: [], stack: good, ...rest }
}

const passed = (path: string, figures = {}) => provenWhole({ path, passed: 3, failed: 0, figures })

describe('the gate for production', () => {
  const proven = () => sheetOf([item(['a'])], [run([passed('a')])])
  const reasons = (sheet: Sheet) => reasonsAgainst(sheet, longParts)

  it('opens when all is proven for this commit and on the stack, and only then', () => {
    expect(reasons(proven())).toEqual([])
    expect(formatGate('prod', [])).toBe('Ready for prod.')
  })

  it.each<[string, Partial<Sheet>]>([
    ['no deployed stack was looked at', { stack: undefined }],
    ['the work tree has changes', { version: { commit: 'abc', changed: true } }],
    ['the version is unknown', { version: { changed: true } }],
    ['1 runs cannot be read: x.json', { unreadable: ['x.json'] }],
    ['on the stack, reconciliation: failed', { stack: [{ name: 'reconciliation', state: 'failed', says: 'failed' }] }],
  ])('stays shut when %s', (reason, change) => {
    expect(reasons({ ...proven(), ...change })).toEqual([expect.stringContaining(reason)])
  })

  it('says what failed, what was not run, what is stale, what was skipped and what is missing, and what to run', () => {
    const runs = [
      run([
        provenWhole({ path: 'bad', passed: 0, failed: 1 }),
        provenWhole({ path: 'half', passed: 1, failed: 0, skipped: 1 }),
      ]),
      run([passed('old')], { commit: 'older', changed: false }),
    ]
    const items = ['bad', 'half', 'old', 'test/e2e/restore.long.ts'].map((path) => item([path], path))
    expect(reasons(sheetOf([...items, gap], runs))).toEqual([
      '1 failed: run npm test',
      '1 proven in part, as tests were skipped: run npm test',
      '1 not run: run npm run test:long -- restore',
      '1 proven for another version only: run npm test',
      '1 known gaps: erasure',
    ])
  })

  it('names no single part when all of them are to run', () => {
    expect(reasons(sheetOf(readinessItems(longParts), []))[0]).toMatch(
      /not run: run npm test; npm run drill:restore; .*; npm run test:long$/,
    )
  })
})

describe('the sheet as text', () => {
  it('keeps within 80 columns, in every state and with names of any length', () => {
    const long = 'x'.repeat(100)
    const runs = [run([passed('a', { RPO: '4.7 s' }), provenWhole({ path: long, passed: 0, failed: 1 })])]
    const sheet = sheetOf([...readinessItems(longParts), item(['a', long], 'very long'), item(['a', 'c'])], runs)
    const text = `${formatSheet(sheet, longParts)}\n${formatGate('prod', reasonsAgainst(sheet, longParts))}`
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('says which run proves a promise, with its version, seed and totals, and what was measured', () => {
    const drill = { ...run([passed('a', { RPO: '4.7 s' })]), command: 'npm run test:long --seed 7' }
    const text = formatSheet(sheetOf([item(['a'], 'restore')], [drill]), longParts)
    expect(text).toMatch(/ {2}proven {2}restore .* \(RPO 4\.7 s\) \[1\]\n/)
    expect(text).toMatch(
      / 1 {2}2026-03-01 12:00Z {2}abc {2}npm run test:long --seed 7: 3 passed, 0 failed, 0\n {5}skipped/,
    )
  })

  it('says why a promise is not proven', () => {
    const runs = [run([passed('a')], { commit: '1234567890', changed: false }), run([passed('b')])]
    const text = formatSheet(sheetOf([item(['a'], 'old'), item(['b', 'c'], 'half'), gap], runs), longParts)
    expect(text).toMatch(/stale {3}old .*\n +> a ran on 1234567 \[\d\]\n/)
    expect(text).toMatch(/no run {2}half .*\n +> npm test\n/)
    expect(text).toContain('missing erasure              nobody can be erased')
  })
})

describe('the ledger of a stack', () => {
  const nowMs = Date.parse('2026-03-01T12:00:00.000Z')
  const ended = (changes: object = {}) => ({
    task: 'reconcile',
    runId: 'r',
    at: '2026-03-01T11:30:00.000Z',
    step: 'ended' as const,
    status: 'complete' as const,
    handled: 10,
    counts: { views: { found: 2, healed: 2, handedOver: 0 } },
    ...changes,
  })

  it('shows a reconciliation that came to its end in the last two hours and left no drift', () => {
    expect(reconcileLine(ended(), nowMs).state).toBe('proven')
    expect(reconcileLine(ended({ at: '2026-03-01T09:00:00.000Z' }), nowMs).state).toBe('stale')
    expect(reconcileLine(ended({ status: 'stopped' }), nowMs).state).toBe('partly')
    expect(reconcileLine(ended({ status: 'failed' }), nowMs).state).toBe('failed')
    const counts = { views: { found: 2, healed: 1, handedOver: 1 } }
    expect(reconcileLine(ended({ counts }), nowMs).state).toBe('failed')
    expect(reconcileLine(undefined, nowMs).state).toBe('unrun')
  })

  it('shows a read model that was rebuilt, and not one that never was', () => {
    expect(rebuildLine('stats', 2, ended({ task: 'rebuild stats#2' })).state).toBe('proven')
    expect(rebuildLine('stats', 2, ended({ status: 'failed' })).state).toBe('failed')
    expect(rebuildLine('stats', 1, undefined).state).toBe('unrun')
  })

  it('says whether the stack runs the version of the sheet, by its outputs', () => {
    const version = { commit: 'abc', changed: false }
    const of = (Revision?: string, edgeUrl?: string, sheet: Sheet['version'] = version) =>
      revisionLines({ outputs: Revision ? { Revision } : {}, edgeUrl }, sheet).map(({ state }) => state)
    expect(of('abc')).toEqual(['proven'])
    expect(of('def')).toEqual(['stale'])
    expect(of('abc-changed', undefined, { commit: 'abc', changed: true })).toEqual(['stale'])
    expect(of('abc', undefined, { changed: true })).toEqual(['stale'])
    expect(of()).toEqual(['unrun'])
    expect(of(undefined, 'http://127.0.0.1:4566')).toEqual([])
  })

  it('shows a restore that has come to its end, and one that has not', () => {
    const begun = {
      task: 'restore',
      runId: 'r',
      at: '2026-03-01T11:00:00.000Z',
      step: 'begun' as const,
      by: 'command' as const,
    }
    expect(restoreLines([])).toEqual([])
    expect(restoreLines([ended(), begun])).toMatchObject([{ state: 'proven' }])
    expect(restoreLines([begun, ended()])).toMatchObject([{ state: 'failed' }])
  })
})
