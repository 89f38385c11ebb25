import { AwsError } from '../aws-error.ts'
import { compareValues } from './expressions/compare.ts'
import { edited } from './expressions/edits.ts'
import { type KeyCondition, type KeySchema, readKeyCondition } from './expressions/key-condition.ts'
import type { AttributeValue } from './expressions/placeholders.ts'
import type { CheckedExpressions } from './expressions/request.ts'
import type { TableKeys } from './table-keys.ts'
import { record } from './touched-items.ts'

type Input = Record<string, unknown>

/** The longest sort key, in bytes. */
const sortKeyBytesMax = 1024

/** Checks a query by expression against its key, and asks for a range where the engine's `begins_with` ignores case. */
export function guardQuery(input: Input, { of, given }: CheckedExpressions, keys: TableKeys | undefined): Input {
  const parsed = of.KeyConditionExpression
  const schema = input.IndexName === undefined ? keys?.table : keys?.indexes[String(input.IndexName)]
  // A table or an index that is not there is the engine's to refuse.
  if (!schema) return input
  if (!parsed) return guardOlder(input, schema)
  const condition = readKeyCondition(parsed, given, schema)
  checkStartKey(record(input.ExclusiveStartKey) as Record<string, AttributeValue>, condition, schema)
  const { sort } = condition
  if (sort?.operator !== 'begins_with' || !sort.call) return input
  const { start, end, args } = sort.call
  const [path, prefix] = args
  if (path?.kind !== 'path' || prefix?.kind !== 'value') return input
  let upperBound = ':upper_bound'
  while (Object.hasOwn(given.values, upperBound)) upperBound += '_'
  const range = `${parsed.text.slice(path.start, path.end)} BETWEEN ${prefix.name} AND ${upperBound}`
  return {
    ...input,
    KeyConditionExpression: edited(parsed.text, [{ start, end, text: range }]),
    ExpressionAttributeValues: { ...given.values, [upperBound]: lastWith(sort.values[0] ?? {}) },
  }
}

/** The same for `KeyConditions`, the older interface. */
function guardOlder(input: Input, schema: KeySchema): Input {
  const conditions = record(input.KeyConditions)
  const valuesOn = (name: string | undefined, operator: string) => {
    const condition = record(conditions[name ?? ''])
    const values = condition.AttributeValueList
    return condition.ComparisonOperator === operator && Array.isArray(values) ? (values as AttributeValue[]) : []
  }
  const [partition] = valuesOn(schema.partition.name, 'EQ')
  if (partition) checkStartKey(record(input.ExclusiveStartKey) as Record<string, AttributeValue>, { partition }, schema)
  const [prefix, ...others] = valuesOn(schema.sort?.name, 'BEGINS_WITH')
  if (!prefix || !schema.sort || others.length > 0 || prefix[schema.sort.type] === undefined) return input
  const range = { ComparisonOperator: 'BETWEEN', AttributeValueList: [prefix, lastWith(prefix)] }
  return { ...input, KeyConditions: { ...conditions, [schema.sort.name]: range } }
}

/** A value after which no sort key with this prefix comes: filled up with the greatest characters or bytes. */
function lastWith(prefix: AttributeValue): AttributeValue {
  if (typeof prefix.S === 'string') {
    const room = Math.max(0, sortKeyBytesMax - Buffer.byteLength(prefix.S))
    return { S: prefix.S + '\u{10ffff}'.repeat(Math.ceil(room / 4)) }
  }
  const bytes = Buffer.from(String(prefix.B), 'base64')
  const fill = Buffer.alloc(Math.max(0, sortKeyBytesMax - bytes.length), 0xff)
  return { B: Buffer.concat([bytes, fill]).toString('base64') }
}

/** A page may only start at a key that the query itself could have answered. The key's shape is the engine's to check. */
function checkStartKey(
  start: Record<string, AttributeValue>,
  { partition, sort }: KeyCondition,
  schema: KeySchema,
): void {
  const given = start[schema.partition.name]
  if (given?.[schema.partition.type] === undefined) return
  if (compareValues(given, partition) !== 0) {
    throw new AwsError(
      'ValidationException',
      'The provided starting key is outside query boundaries based on provided conditions',
    )
  }
  const value = schema.sort && start[schema.sort.name]
  if (!sort || !value || !schema.sort || value[schema.sort.type] === undefined) return
  if (isWithin(value, sort)) return
  throw new AwsError('ValidationException', 'The provided starting key does not match the range key predicate')
}

function isWithin(value: AttributeValue, { operator, values }: NonNullable<KeyCondition['sort']>): boolean {
  const [one = {}, two = {}] = values
  const order = compareValues(value, one) ?? Number.NaN
  switch (operator) {
    case '=':
      return order === 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case 'BETWEEN':
      return order >= 0 && (compareValues(value, two) ?? Number.NaN) <= 0
    case 'begins_with':
      return startsWith(value, one)
    default:
      return operator satisfies never
  }
}

function startsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if (typeof value.S === 'string') return value.S.startsWith(String(prefix.S))
  const bytes = Buffer.from(String(prefix.B), 'base64')
  return Buffer.from(String(value.B), 'base64').subarray(0, bytes.length).equals(bytes)
}
