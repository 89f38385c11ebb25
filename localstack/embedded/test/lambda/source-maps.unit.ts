import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { resolveSources } from '../../lambda/source-maps.ts'

it('a copy of a bundle names its sources where they are, also when the bundle is a link; other files stay as they are', () => {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-aws-maps-'))
  try {
    const bundle = join(dir, 'build', 'one')
    const link = join(dir, 'link')
    const copy = join(dir, 'data', 'deep', 'copy')
    mkdirSync(join(bundle, 'lib'), { recursive: true })
    symlinkSync(bundle, link, 'junction')
    const map = (sources: unknown[], sourceRoot?: string) =>
      JSON.stringify({ version: 3, sources, sourceRoot, mappings: 'A' })
    writeFileSync(join(bundle, 'index.js.map'), map(['../../src/a.ts', 'webpack://b.ts', null]))
    writeFileSync(join(bundle, 'lib', 'c.js.map'), map(['c.ts'], ['..', '..', '..', 'src'].join('/')))
    writeFileSync(join(bundle, 'broken.map'), 'not JSON')
    cpSync(link, copy, { recursive: true, dereference: true })
    resolveSources(link, copy)
    const url = (path: string) => pathToFileURL(join(dir, path)).href
    const sourcesOf = (name: string) => JSON.parse(readFileSync(join(copy, name), 'utf8')).sources
    expect(sourcesOf('index.js.map')).toEqual([url('src/a.ts'), 'webpack://b.ts', null])
    expect(sourcesOf('lib/c.js.map')).toEqual([url('src/c.ts')])
    expect(readFileSync(join(copy, 'broken.map'), 'utf8')).toBe('not JSON')
  } finally {
    rmSync(dir, { recursive: true })
  }
})
