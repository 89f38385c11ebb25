import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { applyEdit, copyRepository, type Edit, recipes, run, timeoutMs } from './recipe.ts'

let dir: string
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

// `npm run test:long -- recipes` compiles, lints and tests a copy of the whole repository.
describe('a copy of the layers', { timeout: timeoutMs }, () => {
  const isInLayers = ({ path }: Edit) => existsSync(join(dir, path.split('/')[0] ?? ''))

  it('compiles with every recipe applied', async () => {
    dir = copyRepository({ onlyLayers: true })
    for (const edit of recipes.flat().filter(isInLayers)) applyEdit(edit, dir)
    expect(await run(dir, 'tsc', '--noEmit')).toEqual({ code: 0, output: '' })
  })
})
