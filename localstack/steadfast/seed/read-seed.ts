import { readFileSync } from 'node:fs'
import { isNode, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'
import { Seed } from './seed.ts'

/** Reads a seed file in YAML or JSON, which is YAML too. Throws one line: the file, the line in it, what is wrong and what is expected. */
export function readSeed(file: string): Seed {
  return parseSeed(textOf(file), file)
}

/** `name` is the file's, for errors. */
export function parseSeed(text: string, name: string): Seed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  const [broken] = document.errors
  if (broken) throw new Error(`${name}:${lineAt(broken.pos[0])}: not valid YAML or JSON: ${broken.message}`)

  const value = resolved(() => document.toJS() as unknown, name)
  const parsed = Seed.safeParse(value)
  if (parsed.success) return parsed.data

  const [issue, ...others] = parsed.error.issues
  if (!issue) throw parsed.error
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  const problem = `${name}:${lineAt(offsetOf(path))}: ${[placeOf(path), messageOf(issue, path)].filter(Boolean).join(': ')}`
  throw new Error(others.length > 0 ? `${problem} (and ${others.length} more)` : problem)

  /** Where the value is; for one that is missing, where it should be. */
  function offsetOf(searched: readonly PropertyKey[]): number {
    const node = searched.length === 0 ? document.contents : document.getIn(searched, true)
    if (isNode(node) && node.range) return node.range[0]
    return searched.length === 0 ? 0 : offsetOf(searched.slice(0, -1))
  }

  function messageOf({ code, message }: z.core.$ZodIssue, place: readonly PropertyKey[]): string {
    if (code === 'unrecognized_keys') return 'no such field'
    const given = document.getIn(place)
    if (given === undefined && code === 'invalid_type') return 'is missing'
    return typeof given === 'string' && given.length <= givenCharsMax
      ? `${message}; it is ${JSON.stringify(given)}`
      : message
  }
}

const givenCharsMax = 60

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`The seed file ${file} can't be read: ${code === 'ENOENT' ? 'there is no such file' : message}`)
  }
}

/** Resolving aliases fails where there is no anchor, and where they would multiply. */
function resolved(convert: () => unknown, name: string): unknown {
  try {
    return convert()
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** A path such as `tenants[0].tickets[2].priority`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}
