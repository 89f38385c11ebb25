import { AwsError } from '../../aws-error.ts'
import type { CallNode, Condition, Operand } from './nodes.ts'
import type { Parsed } from './parse.ts'
import { type AttributeValue, type Placeholders, resolvePath } from './placeholders.ts'

/** The key attributes of a table or an index, with their types `S`, `N` or `B`. */
export interface KeySchema {
  partition: KeyAttribute
  sort?: KeyAttribute
}

export interface KeyAttribute {
  name: string
  type: string
}

export type SortOperator = '=' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'begins_with'

/** What a query asks for: one partition, and a range in it. */
export interface KeyCondition {
  partition: AttributeValue
  sort?: { operator: SortOperator; values: AttributeValue[]; call?: CallNode }
}

interface Part {
  attribute: string
  operator: SortOperator
  values: AttributeValue[]
  call?: CallNode
}

/**
 * Reads a key condition, whose expression has been found valid, against the key that it queries. Throws `ValidationException` for what is
 * no condition on this key. Source: DynamoDB developer guide, "Key condition expressions for the Query operation".
 */
export function readKeyCondition(parsed: Parsed, given: Placeholders, { partition, sort }: KeySchema): KeyCondition {
  const { expression } = parsed
  if (expression.kind !== 'condition') throw new Error('A key condition is a condition.')
  const parts = new Map<string, Part>()
  for (const node of conjuncts(expression.root)) {
    const part = readPart(node, given)
    if (parts.has(part.attribute)) {
      throw validation('KeyConditionExpressions must only contain one condition per key')
    }
    parts.set(part.attribute, part)
  }
  return onKey(parts, partition, sort)
}

function onKey(
  parts: ReadonlyMap<string, Part>,
  partition: KeyAttribute,
  sort: KeyAttribute | undefined,
): KeyCondition {
  const onPartition = parts.get(partition.name)
  const onSort = sort && parts.get(sort.name)
  if (!onPartition) throw validation(`Query condition missed key schema element: ${partition.name}`)
  if (parts.size > 2 || (parts.size === 2 && !sort)) throw validation('Query key condition not supported')
  if (parts.size === 2 && !onSort) throw validation(`Query condition missed key schema element: ${sort?.name}`)
  checkValues(onPartition, partition)
  if (onPartition.operator !== '=') throw validation('Query key condition not supported')
  const condition = { partition: onPartition.values[0] ?? {} }
  if (!sort || !onSort) return condition
  checkValues(onSort, sort)
  return { ...condition, sort: onSort }
}

function checkValues({ values }: Part, { name, type }: KeyAttribute): void {
  for (const value of values) {
    if (value[type] === undefined) {
      throw validation('One or more parameter values were invalid: Condition parameter type does not match schema type')
    }
    if (value[type] === '') {
      const kind = type === 'B' ? 'binary' : 'string'
      throw validation(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
      )
    }
  }
}

function conjuncts(node: Condition): Condition[] {
  return node.kind === 'and' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node]
}

const mirrored = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

function readPart(node: Condition, given: Placeholders): Part {
  switch (node.kind) {
    case 'compare': {
      if (node.operator === '<>') throw notAllowed('<>')
      const { attribute, position, values } = readOperands([node.left, node.right], given)
      return { attribute, operator: position === 0 ? node.operator : mirrored[node.operator], values }
    }
    case 'between': {
      const { attribute, position, values } = readOperands([node.operand, node.lower, node.upper], given)
      if (position !== 0) throw notFirst('BETWEEN')
      return { attribute, operator: 'BETWEEN', values }
    }
    case 'call': {
      if (node.name !== 'begins_with') throw notAllowed(node.name)
      const { attribute, position, values } = readOperands(node.args, given)
      if (position !== 0) throw notFirst('begins_with')
      return { attribute, operator: 'begins_with', values, call: node }
    }
    default:
      throw notAllowed(node.kind.toUpperCase())
  }
}

/** Exactly one operand names a key attribute, the others are values. */
function readOperands(operands: readonly Operand[], given: Placeholders) {
  let attribute: string | undefined
  let position = 0
  const values: AttributeValue[] = []
  for (const [index, operand] of operands.entries()) {
    if (operand.kind === 'call') throw validation('KeyConditionExpressions cannot contain nested operations')
    if (operand.kind === 'value') {
      values.push(given.values[operand.name] ?? {})
      continue
    }
    const [name, ...below] = resolvePath(operand, given)
    if (attribute !== undefined) {
      throw validation('Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition')
    }
    if (below.length > 0) {
      throw validation('KeyConditionExpressions cannot have conditions on nested attributes')
    }
    attribute = String(name)
    position = index
  }
  if (attribute === undefined) {
    throw validation('Invalid condition in KeyConditionExpression: No key attribute specified')
  }
  return { attribute, position, values }
}

function notAllowed(operator: string): AwsError {
  return validation(`Invalid operator used in KeyConditionExpression: ${operator}`)
}

function notFirst(operator: string): AwsError {
  return validation(
    `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
  )
}

function validation(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
