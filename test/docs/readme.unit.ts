import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { invariants } from '../../proof/check/invariants.ts'
import { scenarios } from '../../scenarios/all.ts'
import { readPage, relativeLinks, rootDir } from './markdown.ts'

/** Not in the repository. */
const ignored = new Set(['.git', 'node_modules', ...readFileSync(join(rootDir, '.gitignore'), 'utf8').split(/\/?\n/)])

function rowsAfter(heading: string, page: string): string[] {
  const [, section = ''] = page.split(`## ${heading}\n`)
  return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(.+?)`/gm)].map(([, cell = '']) => cell)
}

describe('README.md', () => {
  const page = readPage('README.md')

  it('maps every folder of the repository, and no other', () => {
    const folders = readdirSync(rootDir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !ignored.has(entry.name))
      .map(({ name }) => `${name}/`)
    expect(rowsAfter('The map', page).toSorted()).toEqual(folders.toSorted())
  })

  it('lists every npm script', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
    const commands = Object.keys(scripts).map(
      (name) => `npm ${['start', 'test'].includes(name) ? name : `run ${name}`}`,
    )
    expect(rowsAfter('Commands', page).toSorted()).toEqual(commands.toSorted())
  })
})

describe('the CDK context that pages name', () => {
  it('is read by the app: the CDK takes any key, and ignores one that is misspelt', () => {
    const app = readPage('infra/app.ts') + readPage('infra/chosen-stage.ts')
    for (const path of ['README.md', 'docs/readers/deploying.md'])
      for (const [, key = ''] of readPage(path).matchAll(/(?:-c|--context) ([a-z]\w*)=/g))
        expect(app, `${path}: ${key}`).toContain(`context('${key}')`)
  })

  it('names a stage in every command of the CDK, since the app stops without one', () => {
    const pages = ['README.md', 'docs/readers/deploying.md', 'docs/github-actions.md']
    const commands = pages.flatMap(
      (path) => readPage(path).match(/^npx cdk .*$|(?<=`)npx cdk bootstrap[^`\n]*/gm) ?? [],
    )
    expect(commands.length).toBeGreaterThan(4)
    for (const command of commands) expect(command).toMatch(/stage=/)
  })

  it('passes parameters to stacks and by names that exist', () => {
    const given = [...readPage('README.md').matchAll(/--parameters (\S+?):(\w+)=/g)]
    expect(given.map(([, stack]) => stack)).toEqual(['steadfast-staging-api'])
    for (const [, , name] of given)
      expect(readPage('infra/api-stack.ts')).toMatch(new RegExp(`parameter\\(\\s*'${name}',`))
  })
})

describe('the numbers on the pages', () => {
  it('are those of the code', () => {
    for (const path of ['README.md', 'docs/README.md', 'docs/readers/presenting.md', 'CHANGELOG.md'])
      for (const [, number] of readPage(path).matchAll(/(\d+) (?:scenarios|failures)/g))
        expect([path, Number(number)]).toEqual([path, scenarios.length])
    for (const [, number] of readPage('CHANGELOG.md').matchAll(/(\d+) invariants/g))
      expect(Number(number)).toBe(invariants.length)
  })
})

describe('docs/README.md', () => {
  it('leads to every page that is not generated or listed by another index', () => {
    const links = relativeLinks(readPage('docs/README.md'))
    const pages = readdirSync(join(rootDir, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md')
    expect(pages.filter((name) => !links.includes(name))).toEqual([])
    const readers = readdirSync(join(rootDir, 'docs', 'readers')).map((name) => `readers/${name}`)
    expect(readers.filter((name) => !links.includes(name))).toEqual([])
  })
})

describe('the questions in CONTRIBUTING.md', () => {
  const [, section = ''] = readPage('CONTRIBUTING.md').split('## Ten questions of a newcomer\n')
  const answers = section.split(/^\*\*\d+\. /m).slice(1)

  it('are ten, and each is answered within three files', () => {
    expect(answers).toHaveLength(10)
    for (const answer of answers) {
      const files = new Set(relativeLinks(answer))
      expect([answer.split('**')[0], files.size >= 1 && files.size <= 3]).toEqual([answer.split('**')[0], true])
    }
  })
})
