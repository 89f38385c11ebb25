import type { CallNode, Operand, PathNode } from './nodes.ts'
import { type Cursor, ExpressionError } from './tokens.ts'

/** DynamoDB's limit of operators and functions in one expression; nothing nests deeper either. */
const operatorsMax = 300

/** Counts operators and nesting while an expression is read, and refuses too much of either. */
export interface Bounds {
  count(): void
  nested<T>(read: () => T): T
  end(): void
}

export function newBounds(): Bounds {
  let operators = 0
  let depth = 0
  const tooMany = () => new ExpressionError(`The expression contains too many operators; operator count: ${operators}`)
  return {
    count: () => void operators++,
    nested(read) {
      // Parentheses this deep are redundant, or join more operators than are allowed.
      if (++depth > operatorsMax) throw operators > operatorsMax ? tooMany() : redundantParentheses()
      const result = read()
      depth--
      return result
    },
    end() {
      if (operators > operatorsMax) throw tooMany()
    },
  }
}

export function redundantParentheses(): ExpressionError {
  return new ExpressionError('The expression has redundant parentheses;')
}

export function readPath(cursor: Cursor): PathNode {
  const first = cursor.peek()
  const isName = () => ['identifier', 'name'].includes(cursor.peek().kind)
  if (!isName()) cursor.fail()
  cursor.next()
  const path: PathNode = { kind: 'path', elements: [first.text], start: first.start, end: first.end }
  for (;;) {
    if (cursor.skip('.')) {
      if (!isName()) cursor.fail()
      const { text, end } = cursor.next()
      path.elements.push(text)
      path.end = end
    } else if (cursor.skip('[')) {
      if (cursor.peek().kind !== 'index') cursor.fail()
      path.elements.push(readIndex(cursor.next().text))
      path.end = cursor.expect(']').end
    } else return path
  }
}

function readIndex(text: string): number {
  const index = Number(text)
  if (index <= 2 ** 31 - 1) return index
  throw new ExpressionError(`List index is not within the allowable range; index: [${text}]`)
}

/** `operand: path | :value | function(operand, …) | ( operand )` */
export function readOperand(cursor: Cursor, bounds: Bounds): Operand {
  return readGroupedOperand(cursor, bounds).node
}

function readGroupedOperand(cursor: Cursor, bounds: Bounds): { node: Operand; grouped: boolean } {
  if (!cursor.skip('(')) return { node: readPlainOperand(cursor, bounds), grouped: false }
  const { node, grouped } = bounds.nested(() => readGroupedOperand(cursor, bounds))
  cursor.expect(')')
  if (grouped) throw redundantParentheses()
  return { node, grouped: true }
}

export function readPlainOperand(cursor: Cursor, bounds: Bounds): Operand {
  const { kind, text } = cursor.peek()
  if (kind === 'value') {
    cursor.next()
    return { kind: 'value', name: text }
  }
  const { kind: follows, text: symbol } = cursor.peek(1)
  return kind === 'identifier' && follows === 'symbol' && symbol === '(' ? readCall(cursor, bounds) : readPath(cursor)
}

function readCall(cursor: Cursor, bounds: Bounds): CallNode {
  bounds.count()
  const { text: name, start } = cursor.next()
  cursor.expect('(')
  const args = readList(cursor, () => bounds.nested(() => readOperand(cursor, bounds)))
  const { end } = cursor.expect(')')
  return { kind: 'call', name, args, start, end }
}

/** One or more, between commas. */
export function readList<T>(cursor: Cursor, read: () => T): T[] {
  const members = [read()]
  while (cursor.skip(',')) members.push(read())
  return members
}
