import { type Comparator, type Condition, comparators, type Operand } from './nodes.ts'
import { type Bounds, newBounds, readList, readOperand, readPlainOperand, redundantParentheses } from './operands.ts'
import { type Cursor, readTokens } from './tokens.ts'

const keywords = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN'])

/** What stands where a condition may stand: inside parentheses it may turn out to be an operand. */
interface Part {
  node: Condition | Operand
  grouped: boolean
}

/**
 * Parses a condition, filter or key condition. Binding, weakest first: OR, AND, NOT, comparisons. Each token is looked at once.
 * Source: DynamoDB developer guide, "Condition and filter expressions, operators, and functions".
 */
export function parseCondition(text: string): Condition {
  const cursor: Cursor = readTokens(text, keywords)
  const bounds = newBounds()
  const { node } = readOr(cursor, bounds)
  if (cursor.peek().kind !== 'end' || !isCondition(node)) cursor.fail()
  bounds.end()
  return node
}

function readOr(cursor: Cursor, bounds: Bounds): Part {
  return readJoined(cursor, bounds, 'OR', () => readJoined(cursor, bounds, 'AND', () => readNot(cursor, bounds)))
}

function readJoined(cursor: Cursor, bounds: Bounds, word: 'AND' | 'OR', read: () => Part): Part {
  let part = read()
  while (cursor.is(word)) {
    const left = part.node
    if (!isCondition(left)) cursor.fail()
    cursor.next()
    bounds.count()
    const { node: right } = read()
    if (!isCondition(right)) cursor.fail()
    part = { node: { kind: word === 'AND' ? 'and' : 'or', left, right }, grouped: false }
  }
  return part
}

function readNot(cursor: Cursor, bounds: Bounds): Part {
  if (!cursor.skip('NOT')) return readComparison(cursor, bounds)
  bounds.count()
  const { node: operand } = bounds.nested(() => readNot(cursor, bounds))
  if (!isCondition(operand)) cursor.fail()
  return { node: { kind: 'not', operand }, grouped: false }
}

function readComparison(cursor: Cursor, bounds: Bounds): Part {
  const part = cursor.is('(') ? readGroup(cursor, bounds) : { node: readPlainOperand(cursor, bounds), grouped: false }
  const operand = part.node
  if (!isOperand(operand)) return part
  const operator = cursor.peek().text as Comparator
  if (cursor.peek().kind === 'symbol' && comparators.includes(operator)) {
    cursor.next()
    bounds.count()
    const right = readOperand(cursor, bounds)
    return { node: { kind: 'compare', operator, left: operand, right }, grouped: false }
  }
  if (cursor.skip('BETWEEN')) {
    bounds.count()
    const lower = readOperand(cursor, bounds)
    cursor.expect('AND')
    return { node: { kind: 'between', operand, lower, upper: readOperand(cursor, bounds) }, grouped: false }
  }
  if (cursor.skip('IN')) {
    bounds.count()
    cursor.expect('(')
    const members = readList(cursor, () => readOperand(cursor, bounds))
    cursor.expect(')')
    return { node: { kind: 'in', operand, members }, grouped: false }
  }
  return part
}

function readGroup(cursor: Cursor, bounds: Bounds): Part {
  cursor.expect('(')
  const { node, grouped } = bounds.nested(() => readOr(cursor, bounds))
  cursor.expect(')')
  if (grouped) throw redundantParentheses()
  return { node, grouped: true }
}

/** A call is both, until it is known which function it calls. */
function isCondition(node: Condition | Operand): node is Condition {
  return node.kind !== 'path' && node.kind !== 'value'
}

function isOperand(node: Condition | Operand): node is Operand {
  return node.kind === 'path' || node.kind === 'value' || node.kind === 'call'
}
