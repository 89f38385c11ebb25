import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPage, rootDir } from './markdown.ts'

const rows = [...readPage('docs/adr/README.md').matchAll(/^\| (\d+) \| \[(.+)\]\((\S+)\) \| (\w+) \|/gm)].map(
  ([, number = '', title = '', file = '', status = '']) => ({ number, title, file, status }),
)

describe('the index of decisions', () => {
  it('lists every record once, in order and without a gap', () => {
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

  it.each(rows)('holds record $number to the form: what, why, consequences', ({ file }) => {
    const headings = [...readPage(`docs/adr/${file}`).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(headings.filter((heading) => ['What', 'Why', 'Consequences'].includes(heading ?? ''))).toEqual([
      'What',
      'Why',
      'Consequences',
    ])
  })
})
