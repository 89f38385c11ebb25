import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MatrixStack, startMatrixStack } from '../../commands/matrix-stack.ts'
import { everyCase } from '../../scenarios/matrix/case.ts'
import { expectedEnds, problemsOf } from '../../scenarios/matrix/judge.ts'
import { stackPage, stackPagePath } from '../../scenarios/matrix/page.ts'
import { runMatrix, type StackMatrix } from '../../scenarios/matrix/run-matrix.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

describe('every step and undo of every saga, under every fault, on a whole stack', () => {
  const cases = everyCase()
  let expected: ReadonlyMap<string, string>
  let stack: MatrixStack
  let matrix: StackMatrix
  beforeAll(async () => {
    expected = await expectedEnds(cases)
    stack = await startMatrixStack(() => {})
    matrix = await runMatrix(stack.target, { cases, idle: stack.idle })
  }, 1_800_000)
  afterAll(() => stack?.stop())

  it('meets its fault, ends as it was expected, and leaves every invariant standing', () => {
    expect(problemsOf(matrix, expected)).toEqual([])
    expect(matrix.seen).toHaveLength(cases.length)
  })

  it('is told on its page as it happened', () => {
    const page = readFileSync(join(rootDir, stackPagePath), 'utf8')
    expect(page, 'npm run docs -- --stack writes it').toBe(stackPage(matrix.seen))
  })
})
