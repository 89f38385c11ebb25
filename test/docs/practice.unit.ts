import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { knownGaps } from '../../proof/readiness/practices.ts'
import { readPage, rootDir } from './markdown.ts'

const pages = ['docs/maturity.md', 'docs/readiness.md', ...globSync('docs/practice/**/*.md', { cwd: rootDir })]
const maturity = readPage('docs/maturity.md')

describe.each(pages)('%s', (path) => {
  it('names npm scripts and options that exist', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
    for (const [, script = '', options = ''] of readPage(path).matchAll(/npm run ([\w:-]+)((?: -- [^`\n]+)?)/g)) {
      expect(scripts, script).toHaveProperty([script])
      for (const [option] of options.matchAll(/--[a-z][a-z-]*/g))
        expect(readPage(`commands/${script.replace(':', '-')}.ts`), script).toContain(option.trim())
    }
  })
})

describe('the maturity of the project', () => {
  const points = maturity.match(/^\| (?!point|---).+ \|$/gm) ?? []

  it('is shown for each point of levels 0 to 4 by a command or a page, or is missing', () => {
    expect(maturity.match(/^## Level \d/gm)).toHaveLength(5)
    for (const point of points) expect(point).toMatch(/\]\(|`(?:npm|\.ci)|\*\*missing\*\*/)
  })

  it('hides none of what is known to be missing', () => {
    const words: Record<string, RegExp> = {
      'real AWS': /real AWS \| \*\*missing/,
      'tenancy by IAM': /permissions, not only by keys in code \| \*\*missing/,
      erasure: /erasure of a person \| \*\*missing/,
      'two regions': /second region \| \*\*missing/,
      'alarm rehearsal': /every alarm rehearsed \| \*\*missing/,
    }
    for (const { name } of knownGaps) if (words[name]) expect(maturity).toMatch(words[name])
    const missing = points.filter((point) => point.includes('**missing**'))
    const gaps = knownGaps.filter(({ name }) => words[name])
    expect(missing).toHaveLength(gaps.length)
  })
})
