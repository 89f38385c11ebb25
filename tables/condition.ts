/**
 * What must hold of the stored row for a write to happen, or of a row to be listed: data, so that DynamoDB and the in-memory store
 * judge by the same words.
 */
export type Condition =
  | { row: 'absent' | 'present' }
  | { attribute: string; is: 'absent' | 'present' }
  | { attribute: string; equals: string | number | boolean }
  | { attribute: string; below: number }
  | { attribute: string; atMost: number | string }
  | { any: Condition[] }
  | { all: Condition[] }

export const absent: Condition = { row: 'absent' }
export const present: Condition = { row: 'present' }

/** Whether a condition holds for a row, as DynamoDB judges it: a comparison with a missing attribute is false. */
export function isSatisfied(condition: Condition, row: Record<string, unknown> | undefined): boolean {
  if ('any' in condition) return condition.any.some((each) => isSatisfied(each, row))
  if ('all' in condition) return condition.all.every((each) => isSatisfied(each, row))
  if ('row' in condition) return (row !== undefined) === (condition.row === 'present')
  const value = row?.[condition.attribute]
  if ('is' in condition) return (value !== undefined) === (condition.is === 'present')
  if ('equals' in condition) return value === condition.equals
  if ('below' in condition) return typeof value === 'number' && value < condition.below
  const { atMost } = condition
  return typeof value === typeof atMost && (value as typeof atMost) <= atMost
}

/** The names and values that an expression refers to, collected while it is written. */
export class Placeholders {
  readonly names: Record<string, string> = {}
  readonly values: Record<string, unknown> = {}

  name(attribute: string): string {
    const placeholder = `#${attribute.replace(/\W/g, '_')}`
    this.names[placeholder] = attribute
    return placeholder
  }

  value(value: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`
    this.values[placeholder] = value
    return placeholder
  }
}

/** The same condition as a DynamoDB expression. */
export function toExpression(condition: Condition, placeholders: Placeholders): string {
  if ('any' in condition) return condition.any.map((each) => `(${toExpression(each, placeholders)})`).join(' OR ')
  if ('all' in condition) return condition.all.map((each) => `(${toExpression(each, placeholders)})`).join(' AND ')
  if ('row' in condition) return existence(condition.row, placeholders.name('pk'))
  const name = placeholders.name(condition.attribute)
  if ('is' in condition) return existence(condition.is, name)
  if ('equals' in condition) return `${name} = ${placeholders.value(condition.equals)}`
  if ('below' in condition) return `${name} < ${placeholders.value(condition.below)}`
  return `${name} <= ${placeholders.value(condition.atMost)}`
}

function existence(wanted: 'absent' | 'present', name: string): string {
  return wanted === 'absent' ? `attribute_not_exists(${name})` : `attribute_exists(${name})`
}
