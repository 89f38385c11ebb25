import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage, rootDir } from './markdown.ts'
import { hasTitle } from './test-titles.ts'

const [, model = ''] = /^## Threat model\n([\s\S]*?)^## /m.exec(readPage('SECURITY.md')) ?? []

const boundaries = model
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [name = '', ...lines] = section.split('\n')
    return { name, rows: lines.filter((line) => line.startsWith('| ')).slice(2) }
  })

const tests = [...model.matchAll(/\[([^\]]+)\]\((test\/[^)]+)\)/g)].map(([, title = '', file = '']) => ({
  title,
  file,
}))

describe('the threat model', () => {
  it('has every boundary of the system', () => {
    expect(boundaries.map(({ name }) => name)).toEqual([
      'Internet → API',
      'Tenant ↔ tenant',
      'Customer ↔ agent ↔ admin',
      'Function ↔ table',
      'Producers of queues',
      'Topics and keys',
      'Bucket',
      'Presigned URLs',
      'Webhooks out',
      'SES in',
      'Operator',
      "Web page ↔ developer's machine",
      'CI and dependencies',
    ])
  })

  it.each(boundaries)('names a test for each party at the boundary $name', ({ rows }) => {
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter((row) => !/\]\(test\/[^)]+\.(?:unit|int|e2e|long)\.ts\)/.test(row))).toEqual([])
  })

  it('names only tests that exist, by their titles', () => {
    expect(tests.length).toBeGreaterThan(40)
    expect(tests.filter(({ file, title }) => !existsSync(join(rootDir, file)) || !hasTitle(file, title))).toEqual([])
  })

  it('would notice a title that no test has', () => {
    expect(hasTitle('test/promises/access.unit.ts', 'sees no other user')).toBe(true)
    expect(hasTitle('test/promises/access.unit.ts', 'sees no other users')).toBe(false)
  })
})
