import type { PathNode } from './nodes.ts'
import { readList, readPath } from './operands.ts'
import { readTokens } from './tokens.ts'

/** Parses a projection: document paths between commas. */
export function parseProjection(text: string): PathNode[] {
  const cursor = readTokens(text, new Set())
  const paths = readList(cursor, () => readPath(cursor))
  if (cursor.peek().kind !== 'end') cursor.fail()
  return paths
}
