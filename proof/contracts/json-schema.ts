import { isDeepStrictEqual } from 'node:util'

/** The part of JSON Schema (2020-12) that zod writes for what this project stores, sends and accepts. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  [annotation: string]: unknown
}

/** They say nothing about which values are valid. */
const annotations = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'title',
  'description',
  'example',
  'examples',
  'default',
  'deprecated',
])

const judged = new Set([
  '$ref',
  'type',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
  'items',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
])

/** The keywords that differ and that this comparison knows nothing of: nobody can say what such a difference means. */
export function unknownKeywords(a: JsonSchema, b: JsonSchema): string[] {
  const keywords = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keywords].filter(
    (keyword) => !judged.has(keyword) && !annotations.has(keyword) && !isDeepStrictEqual(a[keyword], b[keyword]),
  )
}

/** What a `$ref` into the same document points to; any other schema is itself. Throws `Error` when it points to nothing. */
export function resolved(schema: JsonSchema, document: object): JsonSchema {
  const { $ref } = schema
  if ($ref === undefined) return schema
  const path = $ref.replace(/^#\//, '').split('/')
  const found = path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[unescaped(key)],
    document,
  )
  if (found === undefined) throw new Error(`${$ref} points to nothing`)
  return resolved(found as JsonSchema, document)
}

/** RFC 6901. */
function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The forms that a value may have: those of `anyOf` and `oneOf`, one per type of a list of types, or the schema itself. */
export function formsOf(schema: JsonSchema, document: object): JsonSchema[] {
  const whole = resolved(schema, document)
  const forms = whole.anyOf ?? whole.oneOf
  if (forms) return forms.flatMap((form) => formsOf(form, document))
  if (Array.isArray(whole.type)) return whole.type.map((type) => ({ ...whole, type }))
  return [whole]
}

/** The values that a schema lists; undefined when it lists none. */
export function listedValues({ enum: listed, const: only }: JsonSchema): unknown[] | undefined {
  return listed ?? (only === undefined ? undefined : [only])
}
