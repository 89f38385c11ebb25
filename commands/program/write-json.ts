import { writeFileSync } from 'node:fs'

/** Writes `content` to the file that an option `--json` names, indented. */
export function writeJson(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}
