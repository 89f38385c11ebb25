import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { applyEdit, copyRepository, recipes } from './recipe.ts'

let dir: string
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

// `npm run test:long -- recipes` compiles, lints and tests the copy.
describe('a copy of the repository', () => {
  it('has the lines that every recipe replaces, once each', () => {
    dir = copyRepository()
    expect(recipes.flat().length).toBeGreaterThan(recipes.length)
    for (const edit of recipes.flat()) applyEdit(edit, dir)
  })
})
