import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { surprises } from '../../proof/contracts/compare-schemas.ts'
import type { JsonSchema } from '../../proof/contracts/json-schema.ts'
import { seed } from '../fixtures/sample.ts'

const ajv = new Ajv2020({ strict: false, addUsedSchema: false })
const names = ['a', 'b', 'c']

/** Few, and near each other: two that are drawn are often comparable, and differ in a bound or a value. */
const leaf = fc.constantFrom<JsonSchema>(
  { type: 'string' },
  { type: 'string', maxLength: 2 },
  { type: 'string', minLength: 1 },
  { type: 'string', enum: ['x'] },
  { type: 'string', enum: ['', 'x', 'xxx'] },
  { const: 'xxx' },
  { type: 'number' },
  { type: 'number', minimum: 0 },
  { type: 'integer' },
  { type: 'integer', minimum: 1 },
  { type: 'integer', exclusiveMinimum: 0, maximum: 3 },
  { type: 'null' },
  { type: ['string', 'null'] },
  { anyOf: [{ type: 'integer' }, { type: 'null' }] },
)

const object = (member: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> =>
  fc.tuple(fc.dictionary(fc.constantFrom(...names), member), fc.subarray(names)).map(([properties, needed]) => ({
    type: 'object',
    properties,
    required: needed.filter((name) => name in properties),
    additionalProperties: false,
  }))

const list = leaf.map((items): JsonSchema => ({ type: 'array', items, maxItems: 2 }))
const map = leaf.map((value): JsonSchema => ({ type: 'object', additionalProperties: value }))
const schema = object(fc.oneof({ arbitrary: leaf, weight: 4 }, list, map, object(leaf)))

/** A schema and one that differs from it in at most one member, or in which members are required. */
const pair = fc
  .tuple(schema, schema, fc.constantFrom(...names), fc.boolean())
  .map(([one, { properties = {}, required = [] }, name, swap]): [JsonSchema, JsonSchema] => {
    const { [name]: _, ...kept } = one.properties ?? {}
    const all = { ...kept, ...(properties[name] && { [name]: properties[name] }) }
    const needed = [...new Set([...(one.required ?? []), ...required])].filter((each) => each in all)
    const other = { ...one, properties: all, required: needed }
    return swap ? [other, one] : [one, other]
  })

/** Values that the schema takes. */
function valuesOf({ anyOf, ...schema }: JsonSchema): fc.Arbitrary<unknown> {
  const {
    type,
    minLength = 0,
    maxLength = 4,
    exclusiveMinimum = -5,
    minimum = exclusiveMinimum + 1,
    maximum = 5,
  } = schema
  if (anyOf) return fc.oneof(...anyOf.map(valuesOf))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => valuesOf({ type: each })))
  if (type === 'null') return fc.constant(null)
  if (type === 'string') return fc.integer({ min: minLength, max: maxLength }).map((length) => 'x'.repeat(length))
  if (type === 'integer') return fc.integer({ min: minimum, max: maximum })
  if (type === 'number') return fc.constantFrom(minimum, minimum + 0.5, maximum)
  if (type === 'array') return fc.array(valuesOf(schema.items ?? {}), { maxLength: 2 })
  const { properties, additionalProperties: rest, required = [] } = schema
  if (typeof rest === 'object') return fc.dictionary(fc.constantFrom('', 'k'), valuesOf(rest))
  const members = Object.entries(properties ?? {}).map(([name, member]) => [name, valuesOf(member)] as const)
  return fc.record(Object.fromEntries(members), { requiredKeys: required })
}

const side = (schema: JsonSchema) => ({ schema, document: schema })
const written = pair.chain(([writer, reader]) =>
  fc.record({ writer: fc.constant(writer), reader: fc.constant(reader), value: valuesOf(writer) }),
)

describe('two schemas between which the comparison finds no difference', () => {
  it('agree: every document of the one is valid for the other', () => {
    let agreed = 0
    const property = fc.property(written, ({ writer, reader, value }) => {
      if (surprises(side(writer), side(reader), 'refuses').length > 0) return
      agreed++
      expect(ajv.validate(writer, value), 'the value is one of the writer').toBe(true)
      expect(ajv.validate(reader, value), 'the reader takes it').toBe(true)
    })
    fc.assert(property, { seed, numRuns: 600 })
    expect(agreed).toBeGreaterThan(50)
  })
})
