import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rootDir } from './markdown.ts'

const columnsMax = 140

const ignoredFolders = readFileSync(join(rootDir, '.gitignore'), 'utf8')
  .split('\n')
  .filter((line) => line.endsWith('/'))
  .map((line) => line.slice(0, -1))

/** The numbers of the lines that hold only a comment and are too long. Tables, whose columns are aligned by spaces, may be wider. */
function tooLong(source: string): number[] {
  return source.split('\n').flatMap((line, index) => {
    const [, comment] = /^ *(?:\/\/|\/\*\*?|\*) *(.*)$/.exec(line) ?? []
    const isTable = comment !== undefined && /\S {3,}\S/.test(comment)
    return line.length > columnsMax && comment !== undefined && !isTable ? [index + 1] : []
  })
}

describe('a comment', () => {
  const words = 'word '.repeat(30).trimEnd()

  it.each([`// ${words}`, `  /** ${words} */`, `/**\n * ${words}\n */`])(
    'is found when it is too long: %s',
    (source) => {
      expect(tooLong(source)).toHaveLength(1)
    },
  )

  it.each([`// ${words.slice(0, 137)}`, `// ${words.replaceAll(' ', '    ')}`, `const text = '${words}'`])(
    'is not found where it fits, is a table, or is none: %s',
    (source) => {
      expect(tooLong(source)).toEqual([])
    },
  )

  it(`is wrapped at ${columnsMax} columns in every source`, () => {
    const exclude = (path: string) => ['.git', ...ignoredFolders].includes(basename(path))
    const files = globSync('**/*.{ts,mjs}', { cwd: rootDir, exclude })
    expect(files.length).toBeGreaterThan(1000)
    const found = files.flatMap((file) =>
      tooLong(readFileSync(join(rootDir, file), 'utf8')).map((line) => `${file}:${line}`),
    )
    expect(found).toEqual([])
  })
})
