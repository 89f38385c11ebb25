import type { z } from 'zod'
import { sha256 } from '../../tables/keys.ts'
import { Problem } from './problem.ts'

/**
 * What a cursor belongs to: the list, the caller's tenant, and the filters in force. A cursor says where in that list to go on and
 * nothing else; the key that is read is built from the caller's own scope each time (docs/adr/0008).
 */
export type CursorScope = readonly (string | undefined)[]

/** A position as opaque text, with a checksum over position and scope. */
export function encodeCursor(position: unknown, scope: CursorScope): string {
  const checksum = sha256(JSON.stringify([scope.map((part) => part ?? null), position])).slice(0, 16)
  return Buffer.from(JSON.stringify([position, checksum])).toString('base64url')
}

/** The position in it; undefined without a cursor. Throws `invalid-cursor` for one that was not made for this very list. */
export function decodeCursor<T>(cursor: string | undefined, scope: CursorScope, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  const position = schema.safeParse(content(cursor)).data
  // Made anew it must be the same text: no second spelling, no other list, no other position.
  if (position === undefined || encodeCursor(position, scope) !== cursor)
    throw new Problem('invalid-cursor', 'Send a nextCursor of this list as it was given, with the same filters.')
  return position
}

function content(cursor: string): unknown {
  try {
    const [position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    return position
  } catch {
    return undefined
  }
}
