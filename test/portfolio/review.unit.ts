import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPage, rootDir } from '../docs/markdown.ts'

const headingsOf = (page: string) => [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)

describe('the architecture review', () => {
  const page = readPage('docs/portfolio/architecture-review.md')

  it('has its fifteen chapters, in order', () => {
    expect(headingsOf(page)).toEqual([
      'Summary',
      'Context',
      'Truth',
      'Invariants',
      'Workload',
      'Design',
      'Concurrency',
      'Indexes',
      'Security',
      'Migration',
      'Operations',
      'Failure modes',
      'Alternatives',
      'Decision',
      'Revisit triggers',
    ])
  })

  it('says at the end of each chapter by what it is shown', () => {
    for (const chapter of page.split('\n## ').slice(1))
      expect(chapter.trim().split('\n\n').at(-1), chapter.split('\n')[0]).toMatch(/^Shown by: /)
  })
})

describe('the memo on health and risk', () => {
  it('gives each risk a sign, an answer and an owner that the decision records know', () => {
    const page = readPage('docs/portfolio/health.md')
    const owners = [...readPage('docs/adr/README.md').matchAll(/^\| ([a-zA-Z ]+) \| [^|]+ \|$/gm)].map(
      ([, owner]) => owner,
    )
    const risks = [...page.matchAll(/^\| (\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$/gm)]
    expect(risks.map(([, number]) => Number(number))).toEqual(risks.map((_, index) => index + 1))
    for (const [, , , sign, answer, owner] of risks) {
      expect([sign, answer].every((text) => (text ?? '').length > 5)).toBe(true)
      expect(owners).toContain(owner)
    }
  })
})

describe('the index of the portfolio', () => {
  it('has every page of its folder', () => {
    const index = readPage('docs/portfolio/README.md')
    const pages = globSync('docs/portfolio/*.md', { cwd: rootDir }).map((path) => path.replace('docs/portfolio/', ''))
    expect(pages.filter((page) => page !== 'README.md' && !index.includes(`](${page})`))).toEqual([])
  })
})
