import { isObject, type Json, type JsonObject, setOwn } from './json.ts'
import { parseFilter } from './json-path-filter.ts'

/** One step of a path. `deep` looks at all descendants first (`..`). */
type Segment = { deep: boolean } & (
  | { kind: 'names'; names: string[] }
  | { kind: 'indexes'; indexes: number[] }
  | { kind: 'slice'; from: number | undefined; to: number | undefined; step: number }
  | { kind: 'wildcard' }
  | { kind: 'filter'; accepts: (item: Json, root: Json) => boolean }
  | { kind: 'length' }
)

export interface JsonPath {
  text: string
  /** What the path starts from: `$`, `$$` or the variable of `$name`. */
  root: { kind: 'input' } | { kind: 'context' } | { kind: 'variable'; name: string }
  segments: Segment[]
  /** A definite path names one place and yields its value; any other yields the list of what it finds. */
  definite: boolean
}

/** A definite path that leads nowhere. `detail` says where it stopped, in AWS's words. */
export class PathMissing extends Error {
  readonly path: string
  readonly detail: string

  constructor(path: string, detail: string) {
    super(`Invalid path '${path}' : ${detail}`)
    this.path = path
    this.detail = detail
  }
}

const parsed = new Map<string, JsonPath>()

/** Reads a path. Throws SyntaxError for what it does not understand: a definition with such a path is refused. */
export function parsePath(text: string): JsonPath {
  const known = parsed.get(text)
  if (known) return known
  const path = new Parser(text).path()
  parsed.set(text, path)
  return path
}

/** The value at a path below `root`. Throws {@link PathMissing}. */
export function select(path: JsonPath, root: Json): Json {
  let found: Json[] = [root]
  for (const [position, segment] of path.segments.entries()) {
    const from = segment.deep ? found.flatMap(descendants) : found
    found = from.flatMap((value) => step(segment, value, root))
    if (found.length === 0) {
      if (!path.definite) return []
      const isLast = position === path.segments.length - 1
      const where = upTo(path, position)
      throw new PathMissing(path.text, isLast ? `No results for path: ${where}` : `Missing property in path ${where}`)
    }
  }
  return path.definite ? (found[0] ?? null) : found
}

/** Whether a path can say where to put something: names and single indexes only (ASL: "Reference Path"). */
export function isReference(path: JsonPath): boolean {
  return path.segments.every(
    (segment) =>
      !segment.deep &&
      ((segment.kind === 'names' && segment.names.length === 1) ||
        (segment.kind === 'indexes' && segment.indexes.length === 1)),
  )
}

/** A copy of `root` with `value` put at a reference path, objects made on the way. Undefined where that can't be done. */
export function place(path: JsonPath, root: Json, value: Json): Json | undefined {
  if (path.segments.length === 0) return value
  const copy = structuredClone(root)
  let at: Json = copy
  for (const [position, segment] of path.segments.entries()) {
    const last = position === path.segments.length - 1
    if (segment.kind === 'names' && isObject(at)) {
      const name = segment.names[0] ?? ''
      if (last || !Object.hasOwn(at, name)) setOwn(at, name, last ? value : {})
      at = at[name] as Json
    } else if (segment.kind === 'indexes' && Array.isArray(at)) {
      const index = segment.indexes[0] ?? 0
      if (index < 0 || index >= at.length) return undefined
      if (last) at[index] = value
      at = at[index] as Json
    } else return undefined
  }
  return copy
}

function step(segment: Segment, value: Json, root: Json): Json[] {
  switch (segment.kind) {
    case 'names':
      return isObject(value)
        ? segment.names.filter((name) => Object.hasOwn(value, name)).map((name) => value[name] as Json)
        : []
    case 'indexes':
      if (!Array.isArray(value)) return []
      return segment.indexes.flatMap((index) => {
        const item = value.at(index)
        return item === undefined ? [] : [item]
      })
    case 'slice':
      return Array.isArray(value)
        ? value.slice(segment.from, segment.to).filter((_, index) => index % segment.step === 0)
        : []
    case 'wildcard':
      return children(value)
    case 'filter':
      return (Array.isArray(value) ? value : [value]).filter((item) => segment.accepts(item, root))
    case 'length':
      return Array.isArray(value) ? [value.length] : isObject(value) ? [Object.keys(value).length] : []
  }
}

function children(value: Json): Json[] {
  return Array.isArray(value) ? value : isObject(value) ? Object.values(value as JsonObject) : []
}

function descendants(value: Json): Json[] {
  return [value, ...children(value).flatMap(descendants)]
}

function upTo(path: JsonPath, position: number): string {
  const steps = path.segments.slice(0, position + 1).map((segment) => {
    if (segment.kind === 'names') return `['${segment.names.join("','")}']`
    return segment.kind === 'indexes' ? `[${segment.indexes.join(',')}]` : '[...]'
  })
  return `$${steps.join('')}`
}

/** Recursive descent over one path. The grammar is Jayway's, which AWS uses, without its aggregate functions. */
class Parser {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  path(): JsonPath {
    const root = this.root()
    const segments: Segment[] = []
    while (this.at < this.text.length) segments.push(this.segment())
    const definite = segments.every(
      (segment) =>
        !segment.deep &&
        (segment.kind === 'length' ||
          (segment.kind === 'names' && segment.names.length === 1) ||
          (segment.kind === 'indexes' && segment.indexes.length === 1)),
    )
    return { text: this.text, root, segments, definite }
  }

  root(): JsonPath['root'] {
    const start = /^\$\$|^\$([A-Za-z_][\w]*)|^\$/.exec(this.text)
    if (!start) throw this.error('a path starts with $')
    this.at = start[0].length
    if (start[0] === '$$') return { kind: 'context' }
    return start[1] === undefined ? { kind: 'input' } : { kind: 'variable', name: start[1] }
  }

  segment(): Segment {
    const deep = this.take('..')
    if (!deep) this.take('.')
    if (this.text[this.at] === '[') return { deep, ...this.bracket() }
    if (this.take('*')) return { deep, kind: 'wildcard' }
    const name = /^[^.[\]()'"\s,*?@!<>=&|$]+/.exec(this.text.slice(this.at))?.[0]
    if (!name || (!deep && this.text[this.at - 1] !== '.')) throw this.error('a name is expected')
    this.at += name.length
    if (this.take('()')) {
      if (name !== 'length' || this.at < this.text.length) throw this.error(`the function ${name}() is not supported`)
      return { deep, kind: 'length' }
    }
    return { deep, kind: 'names', names: [name] }
  }

  bracket(): { kind: 'names'; names: string[] } | Exclude<Segment & { deep: false }, { kind: 'names' }> {
    const inside = this.enclosed()
    if (inside === '*') return { deep: false, kind: 'wildcard' }
    if (inside.startsWith('?')) return { deep: false, kind: 'filter', accepts: this.filter(inside.slice(1).trim()) }
    if (/^['"]/.test(inside)) return { kind: 'names', names: this.quoted(inside) }
    if (/^-?\d+(\s*,\s*-?\d+)*$/.test(inside))
      return { deep: false, kind: 'indexes', indexes: inside.split(',').map(Number) }
    const slice = /^(-?\d+)?\s*:\s*(-?\d+)?(?:\s*:\s*(\d+))?$/.exec(inside)
    if (!slice) throw this.error(`[${inside}] is not supported`)
    const bound = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits))
    return {
      deep: false,
      kind: 'slice',
      from: bound(slice[1]),
      to: bound(slice[2]),
      step: Math.max(1, bound(slice[3]) ?? 1),
    }
  }

  /** What is between this bracket and its closing one, quotes and nested brackets respected. */
  enclosed(): string {
    const start = ++this.at
    let depth = 1
    let quote: string | undefined
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at]
      if (quote) {
        if (char === '\\') this.at++
        else if (char === quote) quote = undefined
      } else if (char === "'" || char === '"') quote = char
      else if (char === '[') depth++
      else if (char === ']' && --depth === 0) return this.text.slice(start, this.at++).trim()
    }
    throw this.error('a bracket is not closed')
  }

  quoted(inside: string): string[] {
    const names: string[] = []
    const one = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|$)/y
    while (one.lastIndex < inside.length) {
      const match = one.exec(inside)
      if (!match) throw this.error(`[${inside}] is not supported`)
      // Only what would end the name needs its backslash; AWS keeps any other (recorded).
      names.push(match[1]?.replaceAll("\\'", "'") ?? match[2]?.replaceAll('\\"', '"') ?? '')
    }
    return names
  }

  filter(expression: string): (item: Json, root: Json) => boolean {
    if (!expression.startsWith('(') || !expression.endsWith(')')) throw this.error('a filter is written ?(...)')
    return parseFilter(expression.slice(1, -1), (path, root) => select(parsePath(path), root))
  }

  take(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  error(why: string): SyntaxError {
    return new SyntaxError(`The path '${this.text}' could not be parsed: ${why} (at character ${this.at + 1})`)
  }
}
