/**
 * A condition on one stored row, as data. It guards a write or filters a query. `isSatisfied` evaluates it for the in-memory store and
 * `dynamo-expressions.ts` turns it into a DynamoDB expression, so both stores decide alike; the suite in test/tables/store-suite proves it.
 *
 * A comparison with a missing attribute, or with one of another type, is false, as in DynamoDB. There is no negation: a condition that
 * needed one would also be true for rows without the attribute.
 */
export type Condition =
  /** The row does or does not exist. */
  | { row: 'absent' | 'present' }
  /** The attribute does or does not exist. `absent` is true for a missing row. */
  | { attribute: string; is: 'absent' | 'present' }
  | { attribute: string; equals: string | number | boolean }
  /** The attribute is less than the number. */
  | { attribute: string; below: number }
  /** The attribute is less than or equal to the value. Strings compare by their UTF-8 bytes. */
  | { attribute: string; atMost: number | string }
  /** At least one of the conditions is true. */
  | { any: Condition[] }
  /** Every one of the conditions is true. */
  | { all: Condition[] }

export const absent: Condition = { row: 'absent' }
export const present: Condition = { row: 'present' }

/** Evaluates a condition for a row, or for undefined when there is none. */
export function isSatisfied(condition: Condition, row: Record<string, unknown> | undefined): boolean {
  if ('any' in condition) return condition.any.some((part) => isSatisfied(part, row))
  if ('all' in condition) return condition.all.every((part) => isSatisfied(part, row))
  if ('row' in condition) return (row !== undefined) === (condition.row === 'present')
  const value = row?.[condition.attribute]
  if ('is' in condition) return (value !== undefined) === (condition.is === 'present')
  if ('equals' in condition) return value === condition.equals
  if ('below' in condition) return typeof value === 'number' && value < condition.below
  const { atMost } = condition
  if (typeof value === 'string' && typeof atMost === 'string') return inByteOrder(value) <= inByteOrder(atMost)
  return typeof value === typeof atMost && (value as typeof atMost) <= atMost
}

/**
 * A text that compares with others as their UTF-8 bytes do, and so as DynamoDB does. JavaScript compares UTF-16 units, by which the halves
 * of a surrogate pair come before U+E000 to U+FFFF.
 */
export function inByteOrder(text: string): string {
  return text.replaceAll(/[\ud800-\udfff]/g, '\uffff$&')
}
