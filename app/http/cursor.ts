import type { z } from 'zod'
import { sha256Hex } from '../../domain/sha256.ts'
import { Problem } from './problem.ts'

/**
 * The list that a cursor belongs to: its name, the caller's tenant, and the filters. A cursor holds a position in that list and
 * nothing else; the key to read is built from the caller's own tenant each time (docs/adr/0008).
 */
export type CursorScope = readonly (string | undefined)[]

/** Twice the longest cursor of any list, whose keys therefore stay far below DynamoDB's 1,024 bytes for a sort key. */
const cursorCharsMax = 512

/** A position as opaque text, with a checksum over position and scope. */
export function encodeCursor(position: unknown, scope: CursorScope): string {
  const checksum = sha256Hex(JSON.stringify([scope.map((part) => part ?? null), position])).slice(0, 16)
  return Buffer.from(JSON.stringify([position, checksum])).toString('base64url')
}

/**
 * The position in a cursor; undefined without one. Throws `invalid-cursor` when it was not made for this list. A forged position can
 * pass, so `schema` must accept only those of which a key can be built.
 */
export function decodeCursor<T>(cursor: string | undefined, scope: CursorScope, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  const position = cursor.length > cursorCharsMax ? undefined : schema.safeParse(uncheckedPosition(cursor)).data
  // Re-encoding must give the same text: this rejects other spellings, other lists and other positions.
  if (position === undefined || encodeCursor(position, scope) !== cursor)
    throw new Problem('invalid-cursor', 'Send the nextCursor of this list unchanged, with the same filters.')
  return position
}

function uncheckedPosition(cursor: string): unknown {
  try {
    const [position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    return position
  } catch {
    return undefined
  }
}
