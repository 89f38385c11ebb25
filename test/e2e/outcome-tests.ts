import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MatrixStack, startMatrixStack } from '../../commands/stack/matrix-stack.ts'
import { everyCase, type MatrixCase } from '../../scenarios/matrix/case.ts'
import { expectedOutcomes, findMatrixProblems } from '../../scenarios/matrix/check-matrix.ts'
import { type MatrixResult, runMatrix } from '../../scenarios/matrix/run-matrix.ts'
import { stackPage, stackPagePath } from '../../scenarios/matrix/stack-page.ts'
import { coveringSample, seed } from '../fixtures/sample.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/**
 * Tests that cases end on a whole stack as expected: all of them, or a random sample of `count` in which every outcome, fault, saga and
 * action occurs, once and persistently.
 */
export function testOutcomes({
  count,
  casesAtOnce,
  onProgress = () => {},
}: {
  count?: number
  /** Cases of one saga at once; each has cold starts of its own, so a small sample is done with few. */
  casesAtOnce?: number
  onProgress?(line: string): void
}): void {
  const title = count === undefined ? 'every case' : `${count} of ${everyCase().length} cases (SEED=${seed})`
  describe(`${title} of a step or undo with a fault, on a whole stack`, () => {
    let expected: ReadonlyMap<string, string>
    let cases: MatrixCase[]
    let stack: MatrixStack
    let matrix: MatrixResult
    beforeAll(async () => {
      expected = await expectedOutcomes()
      cases = count === undefined ? everyCase() : drawCases(count, expected)
      stack = await startMatrixStack(onProgress, casesAtOnce)
      let ended = 0
      const onResult = () => {
        if (++ended % 20 === 0) onProgress(`${ended} of ${cases.length} sagas have ended`)
      }
      matrix = await runMatrix(stack.target, {
        cases,
        ...(casesAtOnce !== undefined && { casesAtOnce }),
        onResult,
        idle: stack.idle,
      })
    }, 1_800_000)
    afterAll(() => stack?.stop())

    it('gets its fault, ends as in the harness, and leaves every invariant intact', ({ task }) => {
      expect(findMatrixProblems(matrix, expected)).toEqual([])
      expect(matrix.results).toHaveLength(cases.length)
      task.meta.counts = { 'sagas with a fault': cases.length }
    })

    it('ends as its page says', () => {
      const outcomes = new Map(expected)
      for (const result of matrix.results) outcomes.set(result.case.tenant, result.outcome)
      const page = readFileSync(join(rootDir, stackPagePath), 'utf8')
      expect(page, 'npm run docs -- --stack writes it').toBe(stackPage(outcomes))
    })
  })
}

function drawCases(count: number, expected: ReadonlyMap<string, string>): MatrixCase[] {
  return coveringSample(everyCase(), count, ({ harness, injected: { action, fault, isPersistent }, tenant }) => [
    String(expected.get(tenant)),
    fault,
    harness.saga.name,
    action,
    isPersistent ? 'persistent' : 'once',
  ])
}
