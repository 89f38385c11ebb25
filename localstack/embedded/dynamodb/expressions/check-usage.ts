import {
  type CallNode,
  type Condition,
  type Expression,
  type PathNode,
  partsOf,
  rootsOf,
  type SetValue,
} from './nodes.ts'
import { isReserved } from './reserved-words.ts'
import { ExpressionError } from './tokens.ts'

/** Functions that are conditions, those that are operands of one, and those of SET, each with its number of operands. */
const conditions = new Map(
  Object.entries({ attribute_exists: 1, attribute_not_exists: 1, attribute_type: 2, begins_with: 2, contains: 2 }),
)
const operands = new Map([['size', 1]])
const updates = new Map(Object.entries({ if_not_exists: 2, list_append: 2 }))

/** DynamoDB's limits of an IN list and of a document path. */
const membersMax = 100
const levelsMax = 32

/** Refuses what no names and values could make valid. Throws `ExpressionError`. */
export function checkUsage(expression: Expression): void {
  if (expression.kind === 'update') {
    const seen = new Set<string>()
    for (const { name, actions } of expression.clauses) {
      for (const { path, value } of actions) {
        checkPath(path)
        if (value) checkNode(value, 'update')
      }
      if (seen.has(name)) {
        throw new ExpressionError(`The "${name}" section can only be used once in an update expression;`)
      }
      seen.add(name)
    }
    return
  }
  const place = expression.kind === 'condition' ? 'condition' : 'operand'
  for (const node of rootsOf(expression)) checkNode(node, place)
}

type Place = 'condition' | 'operand' | 'update'

function checkNode(node: Condition | SetValue, place: Place): void {
  if (node.kind === 'path') checkPath(node)
  if (node.kind === 'call') checkCall(node, place)
  if (node.kind === 'in' && node.members.length > membersMax) {
    throw new ExpressionError(
      `The IN operator is provided with too many operands; number of operands: ${node.members.length}`,
    )
  }
  const isJoin = node.kind === 'and' || node.kind === 'or' || node.kind === 'not'
  for (const part of partsOf(node)) checkNode(part, place === 'update' ? place : isJoin ? 'condition' : 'operand')
}

function checkPath({ elements }: PathNode): void {
  for (const element of elements) {
    if (typeof element === 'string' && isReserved(element)) {
      throw new ExpressionError(`Attribute name is a reserved keyword; reserved keyword: ${element}`)
    }
  }
  if (elements.length > levelsMax) {
    throw new ExpressionError(`The document path has too many nesting levels; nesting levels: ${elements.length}`)
  }
}

function checkCall({ name, args }: CallNode, place: Place): void {
  const wanted = conditions.get(name) ?? operands.get(name) ?? updates.get(name)
  if (wanted === undefined) throw new ExpressionError(`Invalid function name; function: ${name}`)
  if (place === 'update' && !updates.has(name)) {
    throw new ExpressionError(`The function is not allowed in an update expression; function: ${name}`)
  }
  if (place !== 'update' && updates.has(name)) {
    throw new ExpressionError(`The function is not allowed in a condition expression; function: ${name}`)
  }
  if ((place === 'condition' && !conditions.has(name)) || (place === 'operand' && !operands.has(name))) {
    throw new ExpressionError(`The function is not allowed to be used this way in an expression; function: ${name}`)
  }
  if (args.length !== wanted) {
    throw new ExpressionError(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${args.length}`,
    )
  }
}
