import { existsSync, globSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commentedPaths, typescriptFiles } from './comments.ts'
import { codePaths, headingIds, markdownPages, readPage, relativeLinks, rootDir } from './markdown.ts'

const pages = markdownPages()

describe('the pages', () => {
  it('are found', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/sagas.md', 'docs/scenarios/double-click.md']))
  })
})

describe.each(pages)('%s', (path) => {
  const page = readPage(path)

  it('links only to files and headings that exist', () => {
    expect(relativeLinks(page).filter((target) => !exists(path, target))).toEqual([])
  })

  it('names only paths that exist', () => {
    expect(codePaths(page).filter((name) => !isThere(name))).toEqual([])
  })
})

describe('the comments in the code', () => {
  it('name only files that exist', () => {
    const missing = typescriptFiles().flatMap((path) =>
      commentedPaths(readPage(path))
        .filter((name) => !isThere(name))
        .map((name) => `${path}: ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('are searched for paths of every folder', () => {
    const code = "/** As in docs/sagas.md. */\nconst x = 'docs/text.md' // See console/wire.ts, not a/docs/other.md.\n"
    expect(commentedPaths(code)).toEqual(['docs/sagas.md', 'console/wire.ts'])
  })
})

function exists(page: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const path = file === '' ? page : join(dirname(page), file)
  if (!existsSync(join(rootDir, path))) return false
  return heading === undefined || (path.endsWith('.md') && headingIds(readPage(path)).includes(heading))
}

/** `functions/<name>/handler.ts` and `docs/scenarios/NAME.md` stand for every function and scenario. */
function isThere(name: string): boolean {
  const pattern = name.replaceAll(/<[^>]+>|\b[A-Z]{2,}\b(?=[/.]|$)/g, (word) =>
    existsSync(join(rootDir, name)) ? word : '*',
  )
  const [found] = globSync(pattern, { cwd: rootDir })
  return found !== undefined && (!name.endsWith('/') || statSync(join(rootDir, found)).isDirectory())
}
