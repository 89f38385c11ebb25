/** True when the data matches. */
export type Filter = (data: unknown) => boolean

type Rule = (value: unknown) => boolean

/**
 * Compiles the filter patterns of an event source mapping: a record passes when one of them matches; with none, all pass.
 * Throws for JSON that is no pattern and for an operator that Lambda's filters do not have.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function compileFilter(patterns: readonly string[]): Filter {
  if (patterns.length === 0) return () => true
  const filters = patterns.map((text) => compileObject(asObject(JSON.parse(text), text)))
  return (data) => filters.some((filter) => filter(data))
}

function compileObject(pattern: Record<string, unknown>): Filter {
  const parts = Object.entries(pattern).map(([key, value]): Filter => {
    if (key === '$or' && Array.isArray(value)) {
      const choices = value.map((choice) => compileObject(asObject(choice, '$or')))
      return (data) => choices.some((choice) => choice(data))
    }
    const field = Array.isArray(value) ? compileLeaf(value) : compileNested(compileObject(asObject(value, key)))
    return (data) => field(memberOf(data, key))
  })
  return (data) => parts.every((part) => part(data))
}

/** A list in the data matches when one of its elements does. */
function compileNested(filter: Filter): Filter {
  return (data) => (Array.isArray(data) ? data.some(filter) : filter(data))
}

function compileLeaf(alternatives: unknown[]): Filter {
  const rules = alternatives.map(compileRule)
  return (value) => {
    const values = Array.isArray(value) && value.length > 0 ? value : [value]
    return rules.some((rule) => values.some(rule))
  }
}

function compileRule(rule: unknown): Rule {
  if (typeof rule !== 'object' || rule === null) return (value) => value === rule
  const [operator, operand] = Object.entries(rule)[0] ?? []
  if (Object.keys(rule).length !== 1 || operator === undefined) throw notSupported(rule)
  return compileOperator(operator, operand) ?? fail(notSupported(rule))
}

function compileOperator(operator: string, operand: unknown): Rule | undefined {
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') return undefined
      // A branch of the data is not a value: `exists` looks at leaves only.
      return (value) => (value !== undefined && !isObject(value)) === operand
    case 'prefix':
      return ofText(operand, (value, text) => value.startsWith(text))
    case 'suffix':
      return ofText(operand, (value, text) => value.endsWith(text))
    case 'equals-ignore-case':
      return ofText(operand, (value, text) => value.toLowerCase() === text.toLowerCase())
    case 'anything-but':
      return compileAnythingBut(operand)
    case 'numeric':
      return Array.isArray(operand) ? compileNumeric(operand) : undefined
    default:
      return undefined
  }
}

function ofText(operand: unknown, test: (value: string, text: string) => boolean): Rule | undefined {
  if (typeof operand !== 'string') return undefined
  return (value) => typeof value === 'string' && test(value, operand)
}

function compileAnythingBut(operand: unknown): Rule {
  const excluded = (Array.isArray(operand) ? operand : [operand]).map(compileRule)
  return (value) => value !== undefined && !isObject(value) && !excluded.some((rule) => rule(value))
}

const comparisons: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

/** `['>', 0, '<=', 5]`: all must hold. */
function compileNumeric(operands: unknown[]): Rule | undefined {
  const tests: ((value: number) => boolean)[] = []
  for (let index = 0; index < operands.length; index += 2) {
    const compare = comparisons[String(operands[index])]
    const bound = operands[index + 1]
    if (!compare || typeof bound !== 'number') return undefined
    tests.push((value) => compare(value, bound))
  }
  return (value) => typeof value === 'number' && tests.length > 0 && tests.every((test) => test(value))
}

function memberOf(data: unknown, key: string): unknown {
  return isObject(data) && Object.hasOwn(data, key) ? data[key] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (isObject(value)) return value
  throw new Error(`filter pattern: an object is expected at ${where}`)
}

function notSupported(rule: object): Error {
  return new Error(`filter pattern: ${JSON.stringify(rule)} is not a rule of Lambda event filters`)
}

function fail(error: Error): never {
  throw error
}
