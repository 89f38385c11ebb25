import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandSource } from './command-source.ts'
import { markdownPages, readPage, rootDir } from './markdown.ts'

const read = (path: string) => readFileSync(join(rootDir, path), 'utf8')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** Each `npm run NAME -- options` in code spans and blocks, up to the end of the command. */
function commandsIn(page: string): { script: string; options: string[] }[] {
  return [...page.matchAll(/npm run ([a-z][\w:-]*)((?: -- [^`\n|#;&]+)?)/g)].map(([, script = '', rest = '']) => ({
    script,
    options: [...rest.matchAll(/(?<=[\s[])--[a-z][a-z-]*/g)].map(([option]) => option),
  }))
}

/** What is wrong with a command; undefined when it can be run as written. */
function problemOf({ script, options }: { script: string; options: string[] }): string | undefined {
  if (!(script in scripts)) return `there is no npm script ${script}`
  const path = `commands/${script.replaceAll(':', '-')}.ts`
  if (!existsSync(join(rootDir, path))) return undefined
  const source = commandSource(path)
  const unknown = options.filter((option) => option !== '--help' && !new RegExp(`'${option}( [<[]|')`).test(source))
  return unknown.length > 0 ? `npm run ${script} does not take ${unknown.join(', ')}` : undefined
}

describe.each(markdownPages().filter((path) => readPage(path).includes('npm run ')))('the commands of %s', (path) => {
  it('exist, with the options that they are given', () => {
    const problems = commandsIn(readPage(path)).flatMap((command) => problemOf(command) ?? [])
    expect(problems).toEqual([])
  })
})
