import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bundleConsole } from '../../infra/bundle-console.ts'
import { sagas } from '../../sagas/all.ts'
import { definitionVersion } from '../../sagas/version.ts'

const rootDir = resolve(import.meta.dirname, '../..')

describe('the console that the API serves', () => {
  it('has nothing of the embedded stack: no fault, no row, no stream of events', async () => {
    const { page, assets, sources } = await bundleConsole(rootDir)
    const texts = [page, ...Object.values(assets)].map(({ text }) => text).join('\n')
    expect(texts).not.toMatch(/_steadfast\/|double-click|EventSource|Break it|faults|replay\?|row\?/)
    const own = sources.filter((path) => path.startsWith('console/'))
    expect(
      own.filter((path) =>
        /^console\/(break|load|overview|play|rows|main|timeline\/(?!timeline-(view|query)))/.test(path),
      ),
    ).toEqual([])
    expect(own).toEqual(expect.arrayContaining(['console/index.html', 'console/api-console.ts']))
    expect(sources).toContainEqual(expect.stringMatching(/^node_modules\/preact\//))
  })

  it('is a page that names each of its files, relative to the API', async () => {
    const { page, assets } = await bundleConsole(rootDir)
    const named = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
    expect(named.toSorted()).toEqual(
      Object.keys(assets)
        .map((name) => `console/${name}`)
        .toSorted(),
    )
    expect(Object.keys(assets).filter((name) => !/^\w+-[A-Z0-9]{8}\.(js|css|svg)$/.test(name))).toEqual([])
    expect(page.text).not.toMatch(/<script>|style="|https?:/)
  })

  it('knows the definition of every saga by its version, and imports no saga', async () => {
    const { assets, sources } = await bundleConsole(rootDir)
    const script =
      Object.values(assets).find(({ contentType }) => contentType.startsWith('text/javascript'))?.text ?? ''
    expect(sagas.filter((saga) => !script.includes(definitionVersion(saga)))).toEqual([])
    expect(sources.filter((path) => /^(sagas|tables|domain|infra)\//.test(path))).toEqual([])
  })

  it('is small', async () => {
    const { page, assets } = await bundleConsole(rootDir)
    const bytes = [page, ...Object.values(assets)].reduce((sum, { text }) => sum + gzipSync(text).length, 0)
    expect(bytes).toBeGreaterThan(5_000)
    expect(bytes).toBeLessThan(50_000)
  })

  it('has the same names for the same sources', async () => {
    const [first, second] = await Promise.all([bundleConsole(rootDir), bundleConsole(rootDir)])
    expect(second).toEqual(first)
  })
})
