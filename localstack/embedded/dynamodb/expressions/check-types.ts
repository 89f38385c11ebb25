import { compareValues } from './compare.ts'
import type { CallNode, Condition, Expression, Operand, PathNode, SetValue } from './nodes.ts'
import { nodesOf } from './nodes.ts'
import { type AttributeValue, type Placeholders, resolvePath } from './placeholders.ts'
import { ExpressionError } from './tokens.ts'

const ordered = new Set(['S', 'N', 'B'])
const sized = new Set(['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'])
const types = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'])
const needPath = new Set(['attribute_exists', 'attribute_not_exists', 'attribute_type', 'if_not_exists'])
const longNames: Record<string, string> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
}

/**
 * Refuses operands of a wrong type as far as it is known without the item: values have one, `size` is a number, a path may be anything.
 * All placeholders must be defined. Throws `ExpressionError`.
 */
export function checkTypes(expression: Expression, given: Placeholders): void {
  for (const node of nodesOf(expression)) checkNode(node, given)
  if (expression.kind !== 'update') return
  for (const { name, actions } of expression.clauses) {
    if (name !== 'ADD' && name !== 'DELETE') continue
    const allowed = name === 'ADD' ? ['N', 'SS', 'NS', 'BS'] : ['SS', 'NS', 'BS']
    for (const { value } of actions) {
      const type = value && staticType(value, given)
      if (type === undefined || allowed.includes(type)) continue
      throw new ExpressionError(
        `Incorrect operand type for operator or function; operator: ${name}, operand type: ${longNames[type]}, typeSet: ALLOWED_FOR_${name}_OPERAND`,
      )
    }
  }
}

function checkNode(node: Condition | SetValue, given: Placeholders): void {
  if (node.kind === 'call') checkCall(node, given)
  else if (node.kind === 'in') checkDistinct('IN', node.operand, node.members, given)
  else if (node.kind === 'arithmetic') checkOperands(node.operator, [node.left, node.right], new Set(['N']), given)
  else if (node.kind === 'compare') {
    checkDistinct(node.operator, node.left, [node.right], given)
    if (node.operator === '=' || node.operator === '<>') return
    checkOperands(node.operator, [node.left, node.right], ordered, given)
  } else if (node.kind === 'between') {
    checkDistinct('BETWEEN', node.operand, [node.lower, node.upper], given)
    checkOperands('BETWEEN', [node.operand, node.lower, node.upper], ordered, given)
    checkBounds(node.lower, node.upper, given)
  }
}

function checkCall({ name, args }: CallNode, given: Placeholders): void {
  const [first, second] = args
  if (!first) return
  if (needPath.has(name) && first.kind !== 'path') {
    throw new ExpressionError(`Operator or function requires a document path; operator or function: ${name}`)
  }
  if (name !== 'list_append') checkDistinct(name, first, args.slice(1), given)
  if (name === 'size') checkOperands(name, args, sized, given)
  if (name === 'begins_with') checkOperands(name, args, new Set(['S', 'B']), given)
  if (name === 'list_append') checkOperands(name, args, new Set(['L']), given)
  if (name === 'attribute_type' && second) checkTypeName(second, given)
}

function checkTypeName(operand: Operand, given: Placeholders): void {
  const type = staticType(operand, given)
  const all = '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}'
  if (type !== 'S') throw wrongType('attribute_type', type ?? all)
  const name = operand.kind === 'value' ? String(given.values[operand.name]?.S) : ''
  if (types.has(name)) return
  throw new ExpressionError(`Invalid attribute type name found; type: ${name}, valid types: ${all}`)
}

function checkOperands(
  operator: string,
  operands: readonly Operand[],
  allowed: ReadonlySet<string>,
  given: Placeholders,
): void {
  for (const operand of operands) {
    const type = staticType(operand, given)
    if (type !== undefined && !allowed.has(type)) throw wrongType(operator, type)
  }
}

function wrongType(operator: string, type: string): ExpressionError {
  return new ExpressionError(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  )
}

function checkDistinct(operator: string, first: Operand, others: readonly Operand[], given: Placeholders): void {
  if (first.kind !== 'path') return
  const paths = others.filter((one): one is PathNode => one.kind === 'path')
  if (paths.length === 0) return
  const text = pathText(resolvePath(first, given))
  if (paths.every((path) => pathText(resolvePath(path, given)) !== text)) return
  throw new ExpressionError(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${text}`,
  )
}

function checkBounds(lower: Operand, upper: Operand, given: Placeholders): void {
  const from = givenValue(lower, given)
  const to = givenValue(upper, given)
  if (!from || !to) return
  const order = compareValues(from, to)
  if (order !== undefined && order <= 0) return
  const requirement =
    order === undefined
      ? 'same data type for lower and upper bounds'
      : 'upper bound to be greater than or equal to lower bound'
  throw new ExpressionError(
    `The BETWEEN operator requires ${requirement}; lower bound operand: ${valueText(from)}, upper bound operand: ${valueText(to)}`,
  )
}

function givenValue(operand: Operand, { values }: Placeholders): AttributeValue | undefined {
  return operand.kind === 'value' ? values[operand.name] : undefined
}

function staticType(operand: SetValue, { values }: Placeholders): string | undefined {
  if (operand.kind === 'value') return Object.keys(values[operand.name] ?? {})[0]
  return operand.kind === 'call' && operand.name === 'size' ? 'N' : undefined
}

function valueText(value: AttributeValue): string {
  const [[type, content] = []] = Object.entries(value)
  return `AttributeValue: {${type}:${String(content)}}`
}

/** A path as DynamoDB's messages show it. */
export function pathText(elements: readonly (string | number)[]): string {
  return `[${elements.map((element) => (typeof element === 'number' ? `[${element}]` : element)).join(', ')}]`
}
