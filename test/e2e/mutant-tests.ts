import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { findScenario } from '../../scenarios/all.ts'
import { formatMutantLine, formatMutantResult } from '../../scenarios/runner/report/mutant-report.ts'
import { type MutantCase, type MutantResult, runMutant, runMutants } from '../../scenarios/runner/run-mutant.ts'
import { seed } from '../fixtures/sample.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Tests that each mutant breaks in its scenario what the scenario says. */
export function testMutants(own: readonly MutantCase[], onProgress: (line: string) => void = () => {}): void {
  describe(`a scenario against its own mutants (SEED=${seed})`, () => {
    let results: MutantResult[]
    beforeAll(async () => {
      const assemblyDir = await synthesizeApp(onProgress)
      const onResult = (result: MutantResult) => onProgress(formatMutantLine(result))
      results = await runMutants(own, { rootDir, assemblyDir }, { onResult })
    }, 900_000)

    it.for(own.map((mutantCase, index) => ({ ...mutantCase, index })))(
      '$scenario.name breaks every invariant that it says: $mutant.says',
      ({ scenario, mutant, index }, { task }) => {
        const result = results[index]
        expect([result?.result.name, result?.mutant.name]).toEqual([scenario.name, mutant.name])
        if (!result) return
        const { breaks } = scenario.mutants.find((planted) => planted.mutant === mutant) ?? {}
        expect(result.caughtBy, formatMutantResult(result)).toEqual(breaks)
        task.meta.counts = { mutants: 1 }
      },
    )
  })
}

/** Tests that a scenario holds when its mutant changes nothing: the test build itself breaks nothing. */
export function testBuildWithoutMutant(): void {
  it('a scenario holds when the mutant changes nothing', async () => {
    const assemblyDir = await synthesizeApp(() => {})
    const { result, caughtBy } = await runMutant(caseWithoutMutant(), { rootDir, assemblyDir })
    expect(result.verdict.broken).toEqual([])
    expect(caughtBy).toEqual([])
  }, 300_000)
}

/** A scenario with a mutant that only adds a comment. */
function caseWithoutMutant(): MutantCase {
  const scenario = findScenario('double-click')
  const [planted] = scenario.mutants
  const [edit] = planted?.mutant.edits ?? []
  if (!edit) throw new Error('the mutant has no edit')
  const edits = [{ ...edit, replace: `${edit.find} // unchanged\n` }]
  return { scenario, mutant: { name: 'comment-only', description: 'Nothing changes', edits } }
}
