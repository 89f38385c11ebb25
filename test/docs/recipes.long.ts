import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyEdit, copyRepository, type Edit, recipes, run, timeoutMs } from './recipe.ts'

/** Edits that no reader can forget: without them the compiler refuses these files. */
const enforced: Record<string, string> = {
  'domain/fold-ticket.ts': 'domain/fold-ticket.ts',
  'sagas/notification/mail-text.ts': 'sagas/notification/mail-text.ts',
  'app/catalogue/http-functions.ts': 'functions/change-priority/change-priority.ts',
}

describe('a copy of the layers', { timeout: timeoutMs }, () => {
  let dir: string
  const isInLayers = ({ path }: Edit) => existsSync(join(dir, path.split('/')[0] ?? ''))
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true })
  })

  it('does not compile without the edits that recipes call enforced, and each one has an error of its own', async () => {
    dir = copyRepository({ onlyLayers: true })
    for (const edit of recipes.flat().filter(isInLayers)) if (!enforced[edit.path]) applyEdit(edit, dir)
    const { output } = await run(dir, 'tsc', '--noEmit')
    for (const file of Object.values(enforced)) expect(output).toContain(`${file}(`)
  })
})

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
