import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPage, rootDir } from './markdown.ts'
import { applyEdit, copyRepository, type Edit, editsOf, run } from './recipe.ts'

const recipes = globSync('docs/recipes/*.md', { cwd: rootDir })
  .filter((path) => !path.endsWith('README.md'))
  .toSorted()
  .map((path) => ({ path, edits: editsOf(readPage(path)) }))

/** Edits that nobody can forget: without them the compiler refuses these files. */
const enforced: Record<string, string> = {
  'domain/fold-ticket.ts': 'domain/fold-ticket.ts',
  'sagas/notification/mail-text.ts': 'sagas/notification/mail-text.ts',
  'app/functions.ts': 'functions/change-priority/change-priority.ts',
}

/** A compiler and a test runner are started, each for the whole repository. */
const timeoutMs = 120_000

const folders: string[] = []

function newCopy(options: { onlyLayers?: boolean } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-recipes-'))
  folders.push(dir)
  copyRepository(dir, options)
  return dir
}

afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true })
})

describe('a copy of the repository with every recipe applied', () => {
  let dir: string

  beforeAll(() => {
    dir = newCopy()
    for (const { edits } of recipes) for (const edit of edits) applyEdit(edit, dir)
  })

  it(
    'compiles',
    async () => {
      expect(await run(dir, 'tsc', '--noEmit')).toEqual({ code: 0, output: '' })
    },
    timeoutMs,
  )

  it(
    'passes lint, import rules and formatting',
    async () => {
      const { code, output } = await run(dir, 'biome', 'ci', '--error-on-warnings', '--vcs-enabled=false', '.')
      expect(code, output).toBe(0)
    },
    timeoutMs,
  )

  it(
    'passes the tests that the recipes add',
    async () => {
      const added = recipes.flatMap(({ edits }) => edits.filter(({ path }) => path.startsWith('test/')))
      expect(added.length).toBeGreaterThanOrEqual(recipes.length)
      const { code, output } = await run(dir, 'vitest', 'run', ...added.map(({ path }) => path))
      expect(code, output).toBe(0)
    },
    timeoutMs,
  )
})

describe('a copy that lacks the edits which recipes call enforced', () => {
  it(
    'does not compile, and each one has an error of its own',
    async () => {
      const dir = newCopy({ onlyLayers: true })
      const isInLayers = ({ path }: Edit) => existsSync(join(dir, path.split('/')[0] ?? ''))
      for (const edit of recipes.flatMap(({ edits }) => edits).filter(isInLayers))
        if (!enforced[edit.path]) applyEdit(edit, dir)
      const { output } = await run(dir, 'tsc', '--noEmit')
      for (const file of Object.values(enforced)) expect(output).toContain(`${file}(`)
    },
    timeoutMs,
  )
})
