import { runtimeFailure, StateFailure } from './failure.ts'
import { IntrinsicError, intrinsicFunctions } from './intrinsic-functions.ts'
import { isObject, type Json, type JsonObject, setOwn } from './json.ts'
import { type JsonPath, PathMissing, parsePath, select } from './json-path.ts'

/** What an expression can see: `$`, `$$` and `$name`. */
export interface Scope {
  input: Json
  context: JsonObject
  variables: JsonObject
  random: () => number
  /** Tells a test of the state what a step of its data flow made. */
  note?: (what: string, value: Json) => void
}

/** The value of a path or of a call such as `States.Format('{}', $.name)`. */
type Expression =
  | { kind: 'path'; path: JsonPath }
  | { kind: 'literal'; value: Json; template?: string }
  | { kind: 'call'; text: string; name: string; args: Expression[] }

const parsed = new Map<string, Expression>()

/** Reads a path or an intrinsic call. Throws SyntaxError. */
export function parseExpression(text: string): Expression {
  const known = parsed.get(text)
  if (known) return known
  const expression: Expression = text.startsWith('$')
    ? { kind: 'path', path: parsePath(text) }
    : new CallParser(text).whole()
  parsed.set(text, expression)
  return expression
}

/** The value of an expression. Throws {@link PathMissing}, and {@link StateFailure} for a call that fails. */
export function evaluate(expression: Expression, scope: Scope): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'path':
      return valueAt(expression.path, scope)
    case 'call':
      return call(expression, scope)
  }
}

/** The value at a path. Throws {@link PathMissing}. */
export function valueAt(path: JsonPath, scope: Scope): Json {
  switch (path.root.kind) {
    case 'input':
      return select(path, scope.input)
    case 'context':
      return select(path, scope.context)
    case 'variable': {
      const value = Object.hasOwn(scope.variables, path.root.name) ? scope.variables[path.root.name] : undefined
      if (value === undefined) throw new PathMissing(path.text, `No variable is named ${path.root.name}`)
      return select(path, value)
    }
  }
}

/** Fills in a payload template: members named `….$` hold expressions (ASL: "Payload template"). */
export function fill(template: Json, scope: Scope): Json {
  if (Array.isArray(template)) return template.map((item) => fill(item, scope))
  if (!isObject(template)) return template
  const filled: JsonObject = {}
  for (const [key, value] of Object.entries(template)) {
    if (key.endsWith('.$') && typeof value === 'string') {
      setOwn(
        filled,
        key.slice(0, -2),
        named(key, () => evaluate(parseExpression(value), scope), scope),
      )
    } else setOwn(filled, key, fill(value, scope))
  }
  return filled
}

/** Runs `evaluation` for a field; a path that leads nowhere becomes `States.Runtime` with AWS's words. */
export function named<Value>(field: string, evaluation: () => Value, scope: Scope): Value {
  try {
    return evaluation()
  } catch (error) {
    if (!(error instanceof PathMissing)) throw error
    const input = JSON.stringify(scope.input)
    throw runtimeFailure(
      `The JSONPath '${error.path}' specified for the field '${field}' could not be found in the input '${input}'`,
    )
  }
}

function call(expression: Expression & { kind: 'call' }, scope: Scope): Json {
  const args = expression.args.map((arg, index) =>
    // The first argument of Format keeps its backslashes: `\{}` is no placeholder.
    expression.name === 'Format' && index === 0 && arg.kind === 'literal' && arg.template !== undefined
      ? arg.template
      : evaluate(arg, scope),
  )
  try {
    return intrinsicFunctions.get(expression.name)?.call(args, scope.random) ?? null
  } catch (error) {
    if (!(error instanceof IntrinsicError)) throw error
    const reason = `The function '${expression.text}' had the following error: ${error.message}`
    throw new StateFailure('States.IntrinsicFailure', reason, { located: true })
  }
}

/** Recursive descent over `States.Name(…)`. */
class CallParser {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  whole(): Expression {
    const expression = this.call()
    if (this.at < this.text.length) throw this.error('something follows the call')
    return expression
  }

  call(): Expression {
    const start = this.at
    const name = this.match(/States\.(\w+)\s*\(\s*/y)?.[1]
    if (name === undefined) throw this.error('a path or a call of States.… is expected')
    const known = intrinsicFunctions.get(name)
    if (!known) throw this.error(`unknown function States.${name}`)
    const args: Expression[] = []
    while (!this.match(/\s*\)/y)) {
      if (args.length > 0 && !this.match(/\s*,\s*/y)) throw this.error('a comma is expected')
      args.push(this.argument())
    }
    const [fewest, most] = known.arity
    if (args.length < fewest || args.length > most)
      throw this.error(`States.${name} does not take ${args.length} arguments`)
    return { kind: 'call', text: this.text.slice(start, this.at), name, args }
  }

  argument(): Expression {
    if (this.text.startsWith('States.', this.at)) return this.call()
    if (this.text[this.at] === '$') return { kind: 'path', path: parsePath(this.path()) }
    const quoted = this.match(/'((?:[^'\\]|\\['\\{}])*)'/y)
    if (quoted?.[1] !== undefined) {
      return { kind: 'literal', value: quoted[1].replace(/\\(.)/g, '$1'), template: quoted[1] }
    }
    const literal = this.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null/y)
    if (!literal) throw this.error("an argument is a path, a call, a number, true, false, null or a 'text'")
    return { kind: 'literal', value: JSON.parse(literal[0]) as Json }
  }

  /** Up to the comma or bracket that ends this argument, brackets and quotes inside the path respected. */
  path(): string {
    const start = this.at
    let depth = 0
    let quote: string | undefined
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at] ?? ''
      if (quote) {
        if (char === '\\') this.at++
        else if (char === quote) quote = undefined
      } else if (depth > 0 && (char === "'" || char === '"')) quote = char
      else if (char === '[' || char === '(') depth++
      else if (char === ')' && depth === 0) break
      else if (char === ']' || char === ')') depth--
      else if (char === ',' && depth === 0) break
    }
    return this.text.slice(start, this.at).trimEnd()
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match) this.at += match[0].length
    return match
  }

  error(why: string): SyntaxError {
    return new SyntaxError(`The expression '${this.text}' could not be parsed: ${why} (at character ${this.at + 1})`)
  }
}
