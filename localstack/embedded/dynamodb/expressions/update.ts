import type { Clause, ClauseName, SetValue, UpdateAction } from './nodes.ts'
import { type Bounds, newBounds, readList, readOperand, readPath, redundantParentheses } from './operands.ts'
import { type Cursor, readTokens } from './tokens.ts'

const clauseNames: readonly ClauseName[] = ['SET', 'REMOVE', 'ADD', 'DELETE']
const keywords = new Set<string>(clauseNames)

/** Parses an update. Source: DynamoDB developer guide, "Using update expressions in DynamoDB". */
export function parseUpdate(text: string): Clause[] {
  const cursor = readTokens(text, keywords)
  const bounds = newBounds()
  const clauses: Clause[] = []
  do clauses.push(readClause(cursor, bounds))
  while (cursor.peek().kind !== 'end')
  bounds.end()
  return clauses
}

function readClause(cursor: Cursor, bounds: Bounds): Clause {
  const name = clauseNames.find((clause) => cursor.is(clause))
  if (name === undefined) cursor.fail()
  cursor.next()
  return { name, actions: readList(cursor, () => readAction(name, cursor, bounds)) }
}

function readAction(clause: ClauseName, cursor: Cursor, bounds: Bounds): UpdateAction {
  const path = readPath(cursor)
  if (clause === 'REMOVE') return { path }
  if (clause === 'SET') {
    cursor.expect('=')
    return { path, value: readSetValue(cursor, bounds).value }
  }
  if (cursor.peek().kind !== 'value') cursor.fail()
  return { path, value: { kind: 'value', name: cursor.next().text } }
}

/** `operand`, `operand + operand`, `operand - operand`, or one of them in parentheses. */
function readSetValue(cursor: Cursor, bounds: Bounds): { value: SetValue; grouped: boolean } {
  if (cursor.skip('(')) {
    const { value, grouped } = bounds.nested(() => readSetValue(cursor, bounds))
    cursor.expect(')')
    if (grouped) throw redundantParentheses()
    if (value.kind === 'arithmetic') return { value, grouped: true }
    const whole = readArithmetic(value, cursor, bounds)
    return { value: whole, grouped: whole === value }
  }
  return { value: readArithmetic(readOperand(cursor, bounds), cursor, bounds), grouped: false }
}

function readArithmetic(left: Exclude<SetValue, { kind: 'arithmetic' }>, cursor: Cursor, bounds: Bounds): SetValue {
  const operator = cursor.is('+') ? '+' : cursor.is('-') ? '-' : undefined
  if (operator === undefined) return left
  cursor.next()
  bounds.count()
  return { kind: 'arithmetic', operator, left, right: readOperand(cursor, bounds) }
}
