import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/app.ts'
import { findScenario, scenarios } from '../../scenarios/all.ts'
import { type MutantResult, runAgainstMutant, runAllMutants } from '../../scenarios/runner/mutants/run-mutant.ts'
import { brokeIn } from '../../scenarios/runner/pages/mutant-section.ts'
import { formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

describe('a scenario whose guard is taken away', () => {
  let assemblyDir: string
  let played: MutantResult[]
  beforeAll(async () => {
    assemblyDir = await synthesizeApp(() => {})
    played = await runAllMutants(scenarios, { rootDir, assemblyDir })
  }, 900_000)

  it.each(scenarios.map((one, index) => ({ ...one, index })))(
    '$name ends broken, and names an invariant that it attacks: $mutant.says',
    ({ name, index }) => {
      const one = played[index]
      expect(one?.played.name).toBe(name)
      if (!one) return
      expect(one.broke, formatMutantResult(one)).not.toEqual([])
      const page = readFileSync(join(rootDir, 'docs', 'scenarios', `${name}.md`), 'utf8')
      const known = one.broke.filter((number) => brokeIn(page).includes(number))
      expect(known, 'npm run mutants -- --docs writes what broke on its page').not.toEqual([])
    },
  )

  it('holds all the same when what was taken away was none: the test build breaks nothing', async () => {
    const guarded = findScenario('double-click')
    const [edit] = guarded.mutant.edits
    if (!edit) throw new Error('its mutant edits nothing')
    const edits = [{ ...edit, replace: `${edit.find} // as it was\n` }]
    const one = await runAgainstMutant({ ...guarded, mutant: { ...guarded.mutant, edits } }, { rootDir, assemblyDir })
    expect(one.played.verdict.broken).toEqual([])
    expect(one.broke).toEqual([])
  }, 120_000)
})
