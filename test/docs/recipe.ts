import { execFile } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Tool, toolCommand } from '../../commands/program/tool.ts'
import { inheritedEnvironment } from '../fixtures/inherited-environment.ts'
import { codeBlocks, readPage, rootDir } from './markdown.ts'

/** One change of a file, as a recipe shows it. A new file has no `find`. */
export interface Edit {
  path: string
  find?: string
  text: string
}

/**
 * The edits of a recipe, in the order of the page: a `ts` block is a new file; a `diff` block replaces its lines without a plus sign, which
 * occur in the file exactly once, by its lines without a minus sign.
 */
export function editsOf(page: string): Edit[] {
  return codeBlocks(page).map(({ language, path, code }) => {
    if (language !== 'diff') return { path, text: code }
    const lines = code.split('\n').slice(0, -1)
    const without = (sign: string) => lines.filter((line) => !line.startsWith(sign)).map((line) => `${line.slice(1)}\n`)
    return { path, find: without('+').join(''), text: without('-').join('') }
  })
}

/** Throws `Error` when a new file exists already, or when the lines to replace are not there exactly once. */
export function applyEdit({ path, find, text }: Edit, dir: string): void {
  const file = join(dir, path)
  if (find === undefined) {
    if (existsSync(file)) throw new Error(`${path} exists already: the recipe may not replace it`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return
  }
  const parts = readFileSync(file, 'utf8').split(find)
  if (parts.length !== 2)
    throw new Error(`${path} has these lines ${parts.length - 1} times, not once: correct the recipe\n${find}`)
  writeFileSync(file, parts.join(text))
}

/** The layers that the compiler checks when an edit is left out: quick to compile. */
const layers = ['domain', 'tables', 'gateways', 'sagas', 'app', 'functions']

/** What a recipe may touch, and what it takes to check it. */
const copied = [
  'infra',
  'console',
  'localstack',
  'scenarios',
  'proof',
  'commands',
  'test',
  'package.json',
  'tsconfig.json',
  'biome.json',
  'vitest.config.ts',
]

/** A compiler and a test runner are started, each for the whole repository. */
export const timeoutMs = 120_000

/** The edits of each recipe. */
export const recipes: readonly Edit[][] = globSync('docs/recipes/*.md', { cwd: rootDir })
  .filter((path) => !path.endsWith('README.md'))
  .toSorted()
  .map((path) => editsOf(readPage(path)))

/** What tests install among the sources: large, and of no use in a copy. */
const installed = '.packages'

/** Copies the repository, or its layers up to the functions, to a new folder; packages are linked. The caller removes it. */
export function copyRepository({ onlyLayers = false } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'steadfast-recipes-'))
  // One function serves the console.
  const names = onlyLayers ? [...layers, 'console', 'package.json', 'tsconfig.json'] : [...layers, ...copied]
  for (const name of names)
    cpSync(join(rootDir, name), join(dir, name), { recursive: true, filter: (path) => !path.endsWith(installed) })
  symlinkSync(join(rootDir, 'node_modules'), join(dir, 'node_modules'))
  return dir
}

/** Runs a tool of the project in `dir`. Resolves with its exit code and everything that it printed. */
export function run(dir: string, tool: Tool, ...args: string[]): Promise<{ code: number; output: string }> {
  const options = { cwd: dir, env: { ...inheritedEnvironment(), NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((resolve) => {
    execFile(...toolCommand(tool, args), options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
    )
  })
}
