import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage, rootDir } from './markdown.ts'

/** Every row that begins with a term, by its cells; a cell may be empty. */
const rows = [...readPage('docs/glossary.md').matchAll(/^\| \*\*(.+?)\*\* \|.*$/gm)].map(([row, term = '']) => {
  const [, , meaning = '', code = '', source] = row.split('|').map((cell) => cell.trim())
  return { term, meaning, code, source }
})

/** Each exported name that the page links, with its file. */
const names = rows.flatMap(({ term, code }) =>
  [...code.matchAll(/\[`(\w+)`\]\(\.\.\/([^)]+)\)/g)].map(([, name = '', file = '']) => ({ term, name, file })),
)

describe('the glossary', () => {
  it('lists its terms in alphabetical order, each once', () => {
    const terms = rows.map(({ term }) => term.toLowerCase())
    expect(terms).toEqual([...new Set(terms)].toSorted((a, b) => a.localeCompare(b, 'en')))
    expect(terms.length).toBeGreaterThan(100)
  })

  it.each(rows)('says where $term is in the code, or which term to look up', ({ meaning, code }) => {
    const [, other] = /^See \*(.+?)\*/.exec(meaning) ?? []
    expect(other === undefined ? code : rows.map(({ term }) => term)).toEqual(
      other === undefined ? expect.stringMatching(/^\[/) : expect.arrayContaining([other]),
    )
  })

  it.each(names)('finds $name, for "$term", among the exports of $file', ({ name, file }) => {
    const path = join(rootDir, file)
    expect(existsSync(path), file).toBe(true)
    const exported = new RegExp(`^export (?:abstract |async )?(?:class|const|function|interface|type) ${name}\\b`, 'm')
    expect(readFileSync(path, 'utf8')).toMatch(exported)
  })
})
