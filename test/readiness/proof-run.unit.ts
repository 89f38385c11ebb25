import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { provenWhole, readProofRuns, saveProofRun } from '../../proof/readiness/proof-run.ts'
import { run } from './sheet-fixture.ts'

describe('the kept runs', () => {
  let dir: string
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'steadfast-readiness-')), 'runs')
  })
  afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }))

  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString()
  const save = (minute: number, ...paths: string[]) => {
    const files = paths.map((path) => provenWhole({ path, passed: 1, failed: 0 }))
    saveProofRun(dir, { ...run(files), endedAt: at(minute) })
  }

  it('are none before the first', () => {
    expect(readProofRuns(dir)).toEqual({ runs: [], unreadable: [] })
  })

  it('come back whole, the newest first, and leave no temporary file', () => {
    save(1, 'a')
    save(2, 'b')
    expect(readProofRuns(dir).runs.map(({ endedAt, files }) => [endedAt, files[0]?.path])).toEqual([
      [at(2), 'b'],
      [at(1), 'a'],
    ])
    expect(readdirSync(dir).filter((name) => !name.endsWith('.json'))).toEqual([])
  })

  it('prove nothing when they are cut off or of another form, and are named', () => {
    save(1, 'a')
    writeFileSync(join(dir, 'cut.json'), '{"command":')
    writeFileSync(join(dir, 'other.json'), '{}')
    const { runs, unreadable } = readProofRuns(dir)
    expect(runs).toHaveLength(1)
    expect(unreadable.toSorted()).toEqual([join(dir, 'cut.json'), join(dir, 'other.json')])
  })

  it('do not pile up, but what only an old run has shown stays', () => {
    save(0, 'only-then', 'a')
    save(1, 'a')
    for (let minute = 2; minute < 54; minute++) save(minute, 'a')
    const kept = readProofRuns(dir).runs.map(({ endedAt }) => endedAt)
    expect(kept).toHaveLength(51)
    expect(kept.at(-1)).toBe(at(0))
  })
})
