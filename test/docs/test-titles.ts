import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootDir } from './markdown.ts'

/** Whether a test file has a literal with exactly this title, as an argument that others follow. */
export function hasTitle(file: string, title: string): boolean {
  const source = readFileSync(join(rootDir, file), 'utf8')
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote},`))
}
