import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { findScenario } from '../../scenarios/all.ts'
import { brokenWithoutGuard } from '../../scenarios/runner/pages/mutant-section.ts'
import { formatMutantLine, formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'
import { type MutantCase, type MutantResult, runMutants } from '../../scenarios/runner/run-mutant.ts'
import type { Scenario } from '../../scenarios/runner/scenario.ts'
import { seed } from '../fixtures/sample.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Tests that each of these scenarios breaks when its guard is removed, and that one holds when its mutant changes nothing. */
export function testMutants(scenarios: readonly Scenario[], onProgress: (line: string) => void = () => {}): void {
  describe(`a scenario against its own mutant (SEED=${seed})`, () => {
    let results: MutantResult[]
    beforeAll(async () => {
      const cases = scenarios.map((scenario) => ({ scenario, mutant: scenario.mutant }))
      const assemblyDir = await synthesizeApp(onProgress)
      const onResult = (result: MutantResult) => onProgress(formatMutantLine(result))
      results = await runMutants([...cases, caseWithoutMutant()], { rootDir, assemblyDir }, { onResult })
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

    it('holds when the mutant changes nothing: the test build itself breaks nothing', () => {
      const { result, caughtBy } = results.at(-1) ?? {}
      expect(result?.verdict.broken).toEqual([])
      expect(caughtBy).toEqual([])
    })
  })
}

/** A scenario with a mutant that only adds a comment. */
function caseWithoutMutant(): MutantCase {
  const scenario = findScenario('double-click')
  const [edit] = scenario.mutant.edits
  if (!edit) throw new Error('the mutant has no edit')
  const mutant = {
    ...scenario.mutant,
    name: 'comment-only',
    says: 'Nothing changes',
    edits: [{ ...edit, replace: `${edit.find} // unchanged\n` }],
  }
  return { scenario: { ...scenario, mutant }, mutant }
}
