import { globSync } from 'node:fs'
import { rootDir } from './markdown.ts'

const folders = 'app|commands|console|docs|domain|functions|gateways|infra|localstack|proof|sagas|scenarios|tables|test'
const generatedFolders = ['cdk.out', 'coverage']

/** Every TypeScript file of the repository, by its path from the root. */
export function typescriptFiles(): string[] {
  const exclude = (name: string) =>
    name.startsWith('.') || generatedFolders.includes(name) || /(^|\/)node_modules$/.test(name)
  return globSync('**/*.ts', { cwd: rootDir, exclude }).toSorted()
}

/** The files that comments of TypeScript code name by their path from the root. */
export function commentedPaths(code: string): string[] {
  const comments = code.match(/\/\*[\s\S]*?\*\/|(?<![:'"`\w])\/\/ .*$/gm) ?? []
  const path = new RegExp(`(?<![\\w./@-])(?:${folders})/[\\w.*/<>-]+\\.(?:ts|mjs|js|md|json|yaml|py|css)\\b`, 'g')
  return comments.flatMap((comment) => comment.match(path) ?? [])
}
