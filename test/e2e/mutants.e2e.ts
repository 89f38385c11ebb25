import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { findScenario, scenarios } from '../../scenarios/all.ts'
import { brokenWithoutGuard } from '../../scenarios/runner/pages/mutant-section.ts'
import { formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'
import { type MutantResult, runMutant, runMutants } from '../../scenarios/runner/run-mutant.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')
let assemblyDir: string
beforeAll(async () => {
  assemblyDir = await synthesizeApp(() => {})
}, 120_000)

describe('a scenario against its own mutant', () => {
  let results: MutantResult[]
  beforeAll(async () => {
    const cases = scenarios.map((scenario) => ({ scenario, mutant: scenario.mutant }))
    results = await runMutants(cases, { rootDir, assemblyDir })
  }, 900_000)

  it.each(scenarios.map((scenario, index) => ({ ...scenario, index })))(
    '$name breaks an invariant that it attacks, one that its page names: $mutant.says',
    ({ name, index }) => {
      const result = results[index]
      expect(result?.result.name).toBe(name)
      if (!result) return
      expect(result.caughtBy, formatMutantResult(result)).not.toEqual([])
      const page = readFileSync(join(rootDir, 'docs', 'scenarios', `${name}.md`), 'utf8')
      const named = result.caughtBy.filter((number) => brokenWithoutGuard(page).includes(number))
      expect(named, 'npm run mutants -- --docs writes the page').not.toEqual([])
    },
  )

  it('holds when the mutant changes nothing: the test build itself breaks nothing', async () => {
    const scenario = findScenario('double-click')
    const [edit] = scenario.mutant.edits
    if (!edit) throw new Error('the mutant has no edit')
    const mutant = { ...scenario.mutant, edits: [{ ...edit, replace: `${edit.find} // unchanged\n` }] }
    const { result, caughtBy } = await runMutant(
      { scenario: { ...scenario, mutant }, mutant },
      { rootDir, assemblyDir },
    )
    expect(result.verdict.broken).toEqual([])
    expect(caughtBy).toEqual([])
  }, 120_000)
})
