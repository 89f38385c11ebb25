import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPage, rootDir } from './markdown.ts'

const index = readPage('docs/adr/README.md')
const rows = [...index.matchAll(/^\| (\d+) \| \[(.+)\]\((\S+)\) \| (\w+) \|/gm)].map(
  ([, number = '', title = '', file = '', status = '']) => ({ number, title, file, status }),
)
const owners = [...index.matchAll(/^\| ([a-zA-Z ]+) \| [^|]+ \|$/gm)].map(([, owner]) => owner).slice(1)

/** The items of a record's last chapter, each on one line: `Accepted risk` → its text. */
function reviewOf(file: string): [string, string][] {
  const [, chapter = ''] = readPage(`docs/adr/${file}`).split('\n## Review\n')
  return [...chapter.replaceAll(/\n {2,}/g, ' ').matchAll(/^- \*\*(.+?)\.\*\* (.+)$/gm)].map(
    ([, item = '', text = '']) => [item, text],
  )
}

describe('the index of decisions', () => {
  it('lists every record once, in order, without a gap', () => {
    const files = globSync('docs/adr/[0-9]*.md', { cwd: rootDir }).map((path) => path.replace('docs/adr/', ''))
    expect(rows.map(({ file }) => file)).toEqual(files.toSorted())
    expect(rows.map(({ number }) => Number(number))).toEqual(rows.map((_, index) => index + 1))
  })

  it.each(rows)('gives record $number its own title and status', ({ number, title, file, status }) => {
    const record = readPage(`docs/adr/${file}`)
    expect(file.startsWith(number.padStart(4, '0'))).toBe(true)
    expect(record.split('\n')[0]).toBe(`# ${number}. ${title}`)
    expect(record).toContain(`\nStatus: ${status}`)
  })

  it.each(rows)('holds record $number to the form: what, why, consequences, review', ({ file }) => {
    const headings = [...readPage(`docs/adr/${file}`).matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
    const form = ['What', 'Why', 'Consequences', 'Review']
    expect(headings.filter((heading) => form.includes(heading))).toEqual(form)
    expect(headings.at(-1)).toBe('Review')
  })
})

describe('the review of a decision', () => {
  it.each(rows)('says of record $number what else, which risk, when to look again, and who', ({ file }) => {
    const review = reviewOf(file)
    expect(review.map(([item]) => item)).toEqual(['Alternatives', 'Accepted risk', 'Revisit when', 'Owner'])
    for (const [item, text] of review.slice(0, 3)) expect([item, text.split(' ').length]).toEqual([item, atLeast(6)])
    expect(owners).toContain(review.at(-1)?.[1].replace(/\.$/, ''))
  })

  it('has no risk and no trigger that would fit another record', () => {
    const sentences = rows.flatMap(({ file }) =>
      reviewOf(file)
        .slice(1, 3)
        .map(([, text]) => text.toLowerCase()),
    )
    expect(sentences.filter((text, at) => sentences.indexOf(text) !== at)).toEqual([])
  })
})

function atLeast(words: number) {
  return expect.toSatisfy((count: number) => count >= words, `at least ${words} words`)
}
