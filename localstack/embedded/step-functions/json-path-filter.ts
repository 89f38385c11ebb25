import { RE2JS } from 're2js'
import { type Json, sameJson } from './json.ts'

type Select = (path: string, root: Json) => Json
type Predicate = (item: Json, root: Json) => boolean
type Operand = { exists: Predicate; value: (item: Json, root: Json) => Json | undefined }

/**
 * Reads the inside of `[?(...)]`: comparisons, `in`, `=~`, existence, `&&`, `||`, `!` and parentheses.
 * Throws SyntaxError for anything else.
 */
export function parseFilter(text: string, select: Select): Predicate {
  const tokens = tokenize(text)
  const parser = new FilterParser(tokens, select, text)
  const predicate = parser.either()
  if (parser.tokens.length > 0) throw parser.error()
  return predicate
}

const token =
  /\s*(&&|\|\||==|!=|<=|>=|=~|<|>|!|\(|\)|in\b|nin\b|true\b|false\b|null\b|-?\d+(?:\.\d+)?|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)+\/i?|[@$](?:[\w.\-*]|\[[^\]]*\])*|\[[^\]]*\])/y

function tokenize(text: string): string[] {
  const tokens: string[] = []
  token.lastIndex = 0
  while (text.slice(token.lastIndex).trim() !== '') {
    const from = token.lastIndex
    const match = token.exec(text)
    if (!match?.[1]) throw new SyntaxError(`The filter '${text}' could not be parsed at '${text.slice(from)}'`)
    tokens.push(match[1])
  }
  return tokens
}

class FilterParser {
  readonly tokens: string[]
  readonly select: Select
  readonly text: string

  constructor(tokens: string[], select: Select, text: string) {
    this.tokens = tokens
    this.select = select
    this.text = text
  }

  either(): Predicate {
    let left = this.both()
    while (this.take('||')) {
      const [first, second] = [left, this.both()]
      left = (item, root) => first(item, root) || second(item, root)
    }
    return left
  }

  both(): Predicate {
    let left = this.one()
    while (this.take('&&')) {
      const [first, second] = [left, this.one()]
      left = (item, root) => first(item, root) && second(item, root)
    }
    return left
  }

  one(): Predicate {
    if (this.take('!')) {
      const negated = this.one()
      return (item, root) => !negated(item, root)
    }
    if (this.take('(')) {
      const inner = this.either()
      if (!this.take(')')) throw this.error()
      return inner
    }
    return this.comparison()
  }

  comparison(): Predicate {
    const left = this.operand()
    const operator = this.tokens[0]
    if (operator === undefined || !(operator in comparisons)) return left.exists
    this.tokens.shift()
    const right = this.operand()
    const compare = comparisons[operator as keyof typeof comparisons]
    return (item, root) => {
      const [one, other] = [left.value(item, root), right.value(item, root)]
      return one !== undefined && other !== undefined && compare(one, other)
    }
  }

  operand(): Operand {
    const text = this.tokens.shift()
    if (text === undefined) throw this.error()
    if (text.startsWith('@') || text.startsWith('$')) return this.path(text)
    if (text.startsWith('/')) return constant(text)
    if (/^['"]/.test(text)) return constant(text.slice(1, -1).replace(/\\(.)/g, '$1'))
    try {
      return constant(JSON.parse(text.replaceAll("'", '"')) as Json)
    } catch {
      throw this.error()
    }
  }

  path(text: string): Operand {
    const fromItem = text.startsWith('@')
    const path = fromItem ? `$${text.slice(1)}` : text
    const value = (item: Json, root: Json) => {
      try {
        return this.select(path, fromItem ? item : root)
      } catch (error) {
        if (error instanceof SyntaxError) throw error
        return undefined
      }
    }
    value(null, null) // a path that can't be read is found now, not with the data
    return { value, exists: (item, root) => value(item, root) !== undefined }
  }

  take(word: string): boolean {
    if (this.tokens[0] !== word) return false
    this.tokens.shift()
    return true
  }

  error(): SyntaxError {
    return new SyntaxError(`The filter '${this.text}' could not be parsed`)
  }
}

function constant(value: Json): Operand {
  return { value: () => value, exists: () => value === true }
}

const comparisons = {
  '==': sameJson,
  '!=': (left: Json, right: Json) => !sameJson(left, right),
  '<': (left: Json, right: Json) => sameKind(left, right) && (left as number) < (right as number),
  '<=': (left: Json, right: Json) => sameKind(left, right) && (left as number) <= (right as number),
  '>': (left: Json, right: Json) => sameKind(left, right) && (left as number) > (right as number),
  '>=': (left: Json, right: Json) => sameKind(left, right) && (left as number) >= (right as number),
  in: (left: Json, right: Json) => Array.isArray(right) && right.some((item) => sameJson(item, left)),
  nin: (left: Json, right: Json) => Array.isArray(right) && !right.some((item) => sameJson(item, left)),
  '=~': (left: Json, right: Json) => {
    const [, source, flags] = /^\/(.+)\/(i?)$/.exec(String(right)) ?? []
    return typeof left === 'string' && source !== undefined && matchesExpression(source, flags === 'i', left)
  },
}

function sameKind(left: Json, right: Json): boolean {
  return typeof left === typeof right && (typeof left === 'number' || typeof left === 'string')
}

/**
 * By RE2, whose time is linear in the text: the expressions of a definition must not hold up the stack. Without lookaround, unlike on AWS.
 */
function matchesExpression(source: string, ignoresCase: boolean, text: string): boolean {
  try {
    return RE2JS.compile(source, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0).matches(text)
  } catch (error) {
    throw new SyntaxError(`The expression /${source}/ is not supported: ${(error as Error).message}`)
  }
}
