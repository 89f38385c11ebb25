import { isDeepStrictEqual } from 'node:util'
import { absent, type Condition, present } from './condition.ts'
import type { Read, Write } from './store.ts'

/**
 * Whether the write makes its transaction fail unless the row is still as it was read: absent, at the same version, or, to be deleted,
 * there. A condition that says anything else of the row does not count: that a counter has room, or that a state allows the change.
 */
export function isCheckedAsRead(write: Write, read: Read, row: object | undefined): boolean {
  return write.when !== undefined && isSameRow(write, read) && isAsRead(write.when, write.kind, row)
}

function isAsRead(when: Condition, kind: Write['kind'], row: { version?: unknown } | undefined): boolean {
  if (row === undefined) return isDeepStrictEqual(when, absent)
  if (kind === 'delete') return isDeepStrictEqual(when, present)
  const parts = 'all' in when ? when.all : [when]
  return (
    row.version !== undefined &&
    parts.some((part) => isDeepStrictEqual(part, { attribute: 'version', equals: row.version }))
  )
}

function isSameRow(write: Write, { table, key }: Read): boolean {
  const written = write.kind === 'put' ? write.row : write.key
  return write.table === table && written.pk === key.pk && written.sk === key.sk
}
