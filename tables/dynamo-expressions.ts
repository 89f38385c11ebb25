import type { Condition } from './condition.ts'
import type { Query, Write } from './store.ts'

/**
 * Collects the names and values of one request's expressions. Every name and value is a placeholder, because DynamoDB reserves more than
 * 500 words (`status` is one) and accepts no literals.
 */
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

/** A condition as a ConditionExpression or FilterExpression. */
export function toExpression(condition: Condition, placeholders: Placeholders): string {
  if ('any' in condition) return condition.any.map((part) => `(${toExpression(part, placeholders)})`).join(' OR ')
  if ('all' in condition) return condition.all.map((part) => `(${toExpression(part, placeholders)})`).join(' AND ')
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

/** The request parameters of a conditional write. A failed condition answers with the stored row. */
export function conditionParameters(when: Condition | undefined, placeholders = new Placeholders()) {
  const ConditionExpression = when && toExpression(when, placeholders)
  const { names, values } = placeholders
  return {
    ...(ConditionExpression && { ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

/** The UpdateExpression of an update. */
export function toUpdateExpression(
  { set = {}, add = {}, remove = [] }: Write & { kind: 'update' },
  placeholders: Placeholders,
): string {
  const sets = Object.entries(set).map(([name, value]) => `${placeholders.name(name)} = ${placeholders.value(value)}`)
  const adds = Object.entries(add).map(([name, value]) => `${placeholders.name(name)} ${placeholders.value(value)}`)
  const removes = remove.map((name) => placeholders.name(name))
  return [
    sets.length > 0 && `SET ${sets.join(', ')}`,
    adds.length > 0 && `ADD ${adds.join(', ')}`,
    removes.length > 0 && `REMOVE ${removes.join(', ')}`,
  ]
    .filter(Boolean)
    .join(' ')
}

/** The part of a KeyConditionExpression that restricts the sort key. */
export function toSortExpression(
  sort: NonNullable<Query['sort']>,
  attribute: string,
  placeholders: Placeholders,
): string {
  const name = placeholders.name(attribute)
  if ('prefix' in sort) return `begins_with(${name}, ${placeholders.value(sort.prefix)})`
  if ('after' in sort) return `${name} > ${placeholders.value(sort.after)}`
  return `${name} BETWEEN ${placeholders.value(sort.from)} AND ${placeholders.value(sort.to)}`
}
