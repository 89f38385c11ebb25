import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The root of the repository. */
export const rootDir = resolve(import.meta.dirname, '..', '..')

const generatedFolders = ['node_modules', 'cdk.out', '.steadfast', '.localstack', '.ministack', 'coverage']

/** Every Markdown page of the repository, by its path from the root. */
export function markdownPages(): string[] {
  const exclude = (name: string) => generatedFolders.some((folder) => name === folder || name.startsWith(`${folder}/`))
  return globSync('**/*.md', { cwd: rootDir, exclude }).toSorted()
}

export function readPage(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8')
}

/** A page without its fenced blocks: neither links nor paths are meant there. */
function prose(page: string): string {
  return page.replaceAll(/^(```|~~~)[^\n]*\n[\s\S]*?^\1$/gm, '')
}

/** Where the links of a page lead, as they are written; links to other sites are left out. */
export function relativeLinks(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
}

/** The texts in backticks that name a place in this repository. A name in capitals or angle brackets stands for any. */
export function codePaths(page: string): string[] {
  const root =
    '(?:app|commands|docs|domain|functions|gateways|infra|localstack|proof|sagas|scenarios|tables|test|\\.ci)'
  const path = new RegExp(`^${root}/[\\w.*/<>-]*$`)
  return [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).filter((text) => path.test(text))
}

/** The ids that GitHub gives the headings of a page. */
export function headingIds(page: string): string[] {
  return [...prose(page).matchAll(/^#{1,6} +(.+)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}

export interface CodeBlock {
  /** The language, such as `ts` or `diff`. */
  language: string
  /** The file that the first line, a comment, names. */
  path: string
  code: string
}

/** The fenced blocks of a page whose first line is `// path`. */
export function codeBlocks(page: string): CodeBlock[] {
  return [...page.matchAll(/^```(\w+)\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', path = '', code = '']) => ({ language, path, code }),
  )
}
