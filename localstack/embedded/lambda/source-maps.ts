import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Makes the source maps in `copyDir` name their sources as they are found from `codeDir`, of which it is a copy: bundlers name them
 * relative to where they bundle, and a debugger would look for them beside the copy. A file that is no source map stays as it is.
 */
export function resolveSources(codeDir: string, copyDir: string): void {
  const origin = realpathSync(codeDir)
  for (const name of readdirSync(copyDir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.map')) continue
    const map = readMap(join(copyDir, name))
    if (!map) continue
    const folder = dirname(join(origin, name))
    const sources = map.sources.map((source) =>
      source === null || /^[a-z][a-z0-9+.-]+:/i.test(source)
        ? source
        : pathToFileURL(resolve(folder, map.sourceRoot ?? '', source)).href,
    )
    writeFileSync(join(copyDir, name), JSON.stringify({ ...map, sources, sourceRoot: undefined }))
  }
}

interface SourceMap {
  sources: (string | null)[]
  sourceRoot?: string
}

function readMap(path: string): SourceMap | undefined {
  try {
    const map = JSON.parse(readFileSync(path, 'utf8')) as SourceMap
    return Array.isArray(map.sources) ? map : undefined
  } catch {
    return undefined
  }
}
