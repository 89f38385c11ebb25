import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { relatedTests } from '../../proof/mutants/related-tests.ts'

const rootDir = mkdtempSync(join(tmpdir(), 'steadfast-related-'))
afterAll(() => rmSync(rootDir, { recursive: true, force: true }))

const files = {
  'domain/rule.ts': 'export const rule = 1\nexport type Rule = number',
  'app/path.ts': "export { rule } from '../domain/rule.ts'",
  'test/far.unit.ts': "import '../app/path.ts'",
  'test/near-and-large.unit.ts': "import '../domain/rule.ts'\n// A long line that makes this file the larger one.",
  'test/near.unit.ts': "import '../domain/rule.ts'",
  'test/types-only.unit.ts': "import type { Rule } from '../domain/rule.ts'\nexport const one: Rule = 1",
  'test/unrelated.unit.ts': 'export {}',
}
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(rootDir, file)), { recursive: true })
  writeFileSync(join(rootDir, file), text)
}
const tests = Object.keys(files).filter((file) => file.startsWith('test/'))

describe('the tests that a changed file concerns', () => {
  it('are those that load it, nearest first, and of equally near ones the smallest', async () => {
    const related = await relatedTests(tests, ['domain/rule.ts'], rootDir)
    expect(related).toEqual(['test/near.unit.ts', 'test/near-and-large.unit.ts', 'test/far.unit.ts'])
  })

  it('are none when no test loads it', async () => {
    expect(await relatedTests(tests, ['app/other.ts'], rootDir)).toEqual([])
  })
})
