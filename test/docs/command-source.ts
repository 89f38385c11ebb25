import { readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { rootDir } from './markdown.ts'

/** The source of a command with that of the files of `commands/` that it imports: some of its options are made there. */
export function commandSource(path: string): string {
  const source = read(path)
  const imported = [...source.matchAll(/from '(\.\/[^']+)'/g)].map(([, file = '']) =>
    read(normalize(join('commands', file))),
  )
  return [source, ...imported].join('\n')
}

function read(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8')
}
