import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyEdit, copyRepository, recipes, run, timeoutMs } from './recipe.ts'

describe('a copy of the repository with every recipe applied', { timeout: timeoutMs }, () => {
  let dir: string
  beforeAll(() => {
    dir = copyRepository()
    for (const edit of recipes.flat()) applyEdit(edit, dir)
  })
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  it('compiles', async () => {
    expect(await run(dir, 'tsc', '--noEmit')).toEqual({ code: 0, output: '' })
  })

  it('passes lint, import rules and formatting', async () => {
    const { code, output } = await run(dir, 'biome', 'ci', '--error-on-warnings', '--vcs-enabled=false', '.')
    expect(code, output).toBe(0)
  })

  it('passes the tests that the recipes add', async () => {
    const added = recipes.map((edits) => edits.filter(({ path }) => path.startsWith('test/')))
    for (const tests of added) expect(tests).not.toEqual([])
    const { code, output } = await run(dir, 'vitest', 'run', ...added.flat().map(({ path }) => path))
    expect(code, output).toBe(0)
  })
})
