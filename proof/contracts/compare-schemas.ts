import { isDeepStrictEqual } from 'node:util'
import { formsOf, type JsonSchema, listedValues, unknownKeywords } from './json-schema.ts'

/**
 * How values of the writer's schema surprise a reader that was made for another one:
 * - `removed`: a member that it reads is never there. `optional`: one that it needs may not be there.
 * - `unknown`: a member that it does not take. `value`, `type`, `form`: a value of a list, a type, or one of
 *   several forms that it does not.
 * - `bound`: more than it takes: a length, a range, a pattern. `keyword`: nobody can say what the difference means.
 */
export interface Difference {
  /** JSON pointer; `*` stands for any element or any key. */
  at: string
  kind: 'removed' | 'optional' | 'unknown' | 'value' | 'type' | 'form' | 'bound' | 'keyword'
  writes: string
  reads: string
}

interface Side {
  schema: JsonSchema
  /** Where its `$ref`s point. */
  document: object
}

/**
 * - `ignores`: a consumer, which ignores members that it does not know, and misses those that it does know.
 * - `refuses`: a service, where a member that it does not take is refused or lost, and one that nobody sends is
 *   not missed unless it is needed.
 */
type Unknown = 'ignores' | 'refuses'

/**
 * How a reader that was made for `reader` can be surprised by values of `writer`: not at all when there are no differences. Members that
 * `writer` does not name are taken to be absent, also where its schema would allow any.
 */
export function surprises(writer: Side, reader: Side, unknown: Unknown): Difference[] {
  return compare(writer.schema, reader.schema, '', { writer: writer.document, reader: reader.document, unknown })
}

interface Context {
  writer: object
  reader: object
  unknown: Unknown
}

function compare(writer: JsonSchema, reader: JsonSchema, at: string, context: Context): Difference[] {
  const writes = formsOf(writer, context.writer)
  const reads = formsOf(reader, context.reader)
  return writes.flatMap((form) => {
    const tried = reads.map((taken) => compareForms(form, taken, at, context))
    const [best = []] = tried.toSorted((a, b) => weight(a) - weight(b))
    // With several to choose from, the nearest form says what is missing, if it is of the same kind at all.
    const isOfNone = reads.length > 1 && best.some(({ at: where, kind }) => where === at && kind === 'type')
    return isOfNone
      ? [{ at, kind: 'form' as const, writes: nameOf(form), reads: reads.map(nameOf).join(' or ') }]
      : best
  })
}

/** A form of another type, or with another value where one says which form it is, is further away than any with other members. */
function weight(differences: readonly Difference[]): number {
  const far = differences.some(({ kind }) => kind === 'type' || kind === 'value')
  return differences.length + (far ? 1_000 : 0)
}

function compareForms(writer: JsonSchema, reader: JsonSchema, at: string, context: Context): Difference[] {
  const values = listedValues(writer)
  if (values) return compareValues(values, reader, at)
  if (!isOfType(writer.type, reader.type)) return [{ at, kind: 'type', writes: nameOf(writer), reads: nameOf(reader) }]
  if (listedValues(reader)) return [{ at, kind: 'value', writes: `any ${nameOf(writer)}`, reads: nameOf(reader) }]
  return [
    ...unknownKeywords(writer, reader).map((keyword) => ({
      at,
      kind: 'keyword' as const,
      writes: keyword,
      reads: keyword,
    })),
    ...compareBounds(writer, reader, at),
    ...(writer.type === 'object' ? compareObjects(writer, reader, at, context) : []),
    ...(writer.type === 'array' ? compare(writer.items ?? {}, reader.items ?? {}, `${at}/*`, context) : []),
  ]
}

function compareValues(values: readonly unknown[], reader: JsonSchema, at: string): Difference[] {
  return values
    .filter((value) => !takes(reader, value))
    .map((value) => ({ at, kind: 'value', writes: JSON.stringify(value), reads: nameOf(reader) }))
}

function takes(reader: JsonSchema, value: unknown): boolean {
  const listed = listedValues(reader)
  if (listed) return listed.some((each) => isDeepStrictEqual(each, value))
  const { pattern, format: _, ...bounds } = reader
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return false
  const narrowest = narrowestOf(value)
  return isOfType(narrowest.type, reader.type) && compareBounds(narrowest, bounds, '').length === 0
}

/** The schema of one value alone. */
function narrowestOf(value: unknown): JsonSchema {
  if (typeof value === 'string') return { type: 'string', minLength: [...value].length, maxLength: [...value].length }
  if (typeof value === 'number')
    return { type: Number.isInteger(value) ? 'integer' : 'number', minimum: value, maximum: value }
  return { type: value === null ? 'null' : typeof value }
}

const lowerBounds = ['minLength', 'minItems', 'minimum', 'exclusiveMinimum'] as const
const upperBounds = ['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum'] as const
const patterns = ['pattern', 'format'] as const

function compareBounds(writer: JsonSchema, reader: JsonSchema, at: string): Difference[] {
  const looser = [
    ...lowerBounds.filter((bound) => reader[bound] !== undefined && lowest(writer, bound) < reader[bound]),
    ...upperBounds.filter((bound) => reader[bound] !== undefined && highest(writer, bound) > reader[bound]),
    // Whether one pattern covers another is not decided: a changed one is a difference.
    ...patterns.filter((bound) => reader[bound] !== undefined && writer[bound] !== reader[bound]),
  ]
  return looser.map((bound) => ({
    at,
    kind: 'bound',
    writes: `${bound} ${writer[bound] ?? 'none'}`,
    reads: `${bound} ${reader[bound]}`,
  }))
}

/** The least that a bound of the writer is known to allow; `minimum` and `exclusiveMinimum` each imply the other for whole numbers. */
function lowest({ type, minimum, exclusiveMinimum, ...rest }: JsonSchema, bound: (typeof lowerBounds)[number]): number {
  const step = type === 'integer' ? 1 : 0
  if (bound === 'minimum') return Math.max(minimum ?? -Infinity, (exclusiveMinimum ?? -Infinity) + step)
  if (bound !== 'exclusiveMinimum') return Number(rest[bound] ?? 0)
  const strictly = type === 'integer' ? (minimum ?? -Infinity) - 1 : -Infinity
  return Math.max(exclusiveMinimum ?? -Infinity, strictly)
}

function highest(
  { type, maximum, exclusiveMaximum, ...rest }: JsonSchema,
  bound: (typeof upperBounds)[number],
): number {
  const step = type === 'integer' ? 1 : 0
  if (bound === 'maximum') return Math.min(maximum ?? Infinity, (exclusiveMaximum ?? Infinity) - step)
  if (bound !== 'exclusiveMaximum') return Number(rest[bound] ?? Infinity)
  const strictly = type === 'integer' ? (maximum ?? Infinity) + 1 : Infinity
  return Math.min(exclusiveMaximum ?? Infinity, strictly)
}

function compareObjects(writer: JsonSchema, reader: JsonSchema, at: string, context: Context): Difference[] {
  const written = writer.properties ?? {}
  const read = reader.properties ?? {}
  const others = schemaOfOthers(reader)
  const refuses = context.unknown === 'refuses'
  const notTaken = (where: string): Difference[] =>
    refuses ? [{ at: where, kind: 'unknown', writes: 'a member', reads: 'none' }] : []
  const members = Object.entries(written).flatMap(([name, schema]) => {
    const taken = read[name] ?? others
    return taken ? compare(schema, taken, memberOf(at, name), context) : notTaken(memberOf(at, name))
  })
  const rest = schemaOfOthers(writer)
  const compareRest = (written: JsonSchema) =>
    others ? compare(written, others, `${at}/*`, context) : notTaken(`${at}/*`)
  const anyName = rest ? compareRest(rest) : []
  const missing = Object.entries(read).flatMap(([name, schema]): Difference[] => {
    const isNeeded = reader.required?.includes(name) ?? false
    const isThere = written[name] !== undefined || rest !== undefined
    const missed = { at: memberOf(at, name), writes: 'nothing', reads: nameOf(schema) }
    if (!isThere && !refuses) return [{ ...missed, kind: 'removed' }]
    return isNeeded && !writer.required?.includes(name) ? [{ ...missed, kind: 'optional' }] : []
  })
  return [...members, ...anyName, ...missing, ...compareNames(writer, reader, at, context)]
}

/** The names of a map, such as those of counts by status. */
function compareNames(writer: JsonSchema, reader: JsonSchema, at: string, context: Context): Difference[] {
  if (!reader.propertyNames) return []
  return compare(
    { type: 'string', ...writer.propertyNames },
    { type: 'string', ...reader.propertyNames },
    `${at}/*`,
    context,
  )
}

/** What members have that are not named; undefined when there are none, or when anything may be there and nobody relies on it. */
function schemaOfOthers({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  const isMap = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
  return isMap ? additionalProperties : undefined
}

function memberOf(at: string, name: string): string {
  return `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** A schema without a type takes every type. */
function isOfType(writer: unknown, reader: unknown): boolean {
  return reader === undefined || writer === reader || (writer === 'integer' && reader === 'number')
}

function nameOf(schema: JsonSchema): string {
  const listed = listedValues(schema)
  return listed ? listed.map((value) => JSON.stringify(value)).join(' or ') : String(schema.type ?? 'anything')
}
