import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { applyEdit, copyRepository, type Edit, recipes, run, timeoutMs } from './recipe.ts'

/** Edits that no reader can forget: without them the compiler refuses these files. */
const enforced: Record<string, string> = {
  'domain/fold-ticket.ts': 'domain/fold-ticket.ts',
  'sagas/notification/mail-text.ts': 'sagas/notification/mail-text.ts',
  'app/functions.ts': 'functions/change-priority/change-priority.ts',
}

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

  it('does not compile without the edits that recipes call enforced, and each one has an error of its own', async () => {
    dir = copyRepository({ onlyLayers: true })
    for (const edit of recipes.flat().filter(isInLayers)) if (!enforced[edit.path]) applyEdit(edit, dir)
    const { output } = await run(dir, 'tsc', '--noEmit')
    for (const file of Object.values(enforced)) expect(output).toContain(`${file}(`)
  })
})
