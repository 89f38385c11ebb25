import * as z from 'zod'
import { ResourceId, TenantId, UserId } from '../../domain/ids.ts'

/** Patterns that many attributes have, and what they are called. */
export const idNames: readonly (readonly [pattern: string, name: string])[] = [
  [patternOf(ResourceId), 'id'],
  [patternOf(UserId), 'user id'],
  [patternOf(TenantId), 'tenant id'],
]

function patternOf(schema: z.ZodType): string {
  return (z.toJSONSchema(schema) as JsonSchema).pattern ?? ''
}

/** An attribute as a schema declares it: `type` says type and constraints in words. */
export interface Attribute {
  name: string
  type: string
  isOptional: boolean
}

/** What of JSON Schema zod's conversion makes of this project's schemas. */
interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  $ref?: string
  not?: object
}

const cached = new WeakMap<z.ZodType, Attribute[]>()

/** The attributes of a schema of objects, or of a union of them: there, one that not every member requires is optional. */
export function attributesOf(schema: z.ZodType): Attribute[] {
  const found = cached.get(schema) ?? readAttributes(schema)
  cached.set(schema, found)
  return found
}

function readAttributes(schema: z.ZodType): Attribute[] {
  // What is stored is what a parser takes, before it transforms anything.
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const members = json.anyOf ?? json.oneOf ?? [json]
  const names = [...new Set(members.flatMap(({ properties = {} }) => Object.keys(properties)))]
  return names.map((name) => {
    const types = members.flatMap(({ properties = {} }) => (properties[name] ? [properties[name]] : []))
    return { name, type: union(types), isOptional: !members.every(({ required = [] }) => required.includes(name)) }
  })
}

/** Type and constraints of an attribute, in words. */
function typeText(schema: JsonSchema): string {
  if (schema.$ref) return 'JSON'
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return union(variants)
  if ('const' in schema) return code(schema.const)
  if (schema.enum) return schema.enum.map(code).join(', ')
  switch (schema.type) {
    case 'string':
      return stringText(schema)
    case 'integer':
      return `whole number${range(schema)}`
    case 'number':
      return `number${range(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `list${sizes(schema)} of (${typeText(schema.items ?? {})})`
    case 'object':
      return objectText(schema)
    default:
      return ''
  }
}

function union(schemas: readonly JsonSchema[]): string {
  if (schemas.some(({ $ref }) => $ref)) return 'JSON'
  return [...new Set(schemas.map(typeText).filter((text) => text !== ''))].join(', ') || 'JSON'
}

function stringText({ format, pattern, minLength, maxLength }: JsonSchema): string {
  if (format === 'date-time') return 'time (ISO 8601, UTC)'
  const named = idNames.find(([known]) => known === pattern)
  if (named) return named[1]
  const parts = [
    format,
    length(minLength, maxLength),
    // An address's pattern says no more than its format.
    pattern && !format && `matches \`${pattern.replaceAll('|', '\\|')}\``,
  ].filter(Boolean)
  return parts.length > 0 ? `text: ${parts.join(', ')}` : 'text'
}

function length(min: number | undefined, max: number | undefined): string {
  if (min === undefined && max === undefined) return ''
  return max === undefined ? `at least ${min} characters` : `${min ?? 0} to ${max} characters`
}

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const least = exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : minimum
  // Every whole number of zod is bounded by what JavaScript counts exactly.
  const isLow = least !== undefined && least > Number.MIN_SAFE_INTEGER
  const isHigh = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  if (isLow && isHigh) return ` from ${least} to ${maximum}`
  if (isLow) return ` from ${least}`
  return isHigh ? ` up to ${maximum}` : ''
}

function sizes({ minItems, maxItems }: JsonSchema): string {
  if (minItems === undefined && maxItems === undefined) return ''
  return maxItems === undefined ? ` (at least ${minItems})` : ` (${minItems ?? 0} to ${maxItems})`
}

function objectText({ properties, required = [], additionalProperties }: JsonSchema): string {
  if (properties) {
    const members = Object.entries(properties).map(
      ([name, schema]) => `\`${name}\`${required.includes(name) ? '' : '?'}: ${typeText(schema)}`,
    )
    return members.length > 0 ? `{ ${members.join('; ')} }` : '{ }'
  }
  const values = typeof additionalProperties === 'object' ? typeText(additionalProperties) : 'JSON'
  return `map of (${values})`
}

function code(value: unknown): string {
  return `\`${String(value)}\``
}

/** The members of an object schema in words, one line each: `name: type`. */
export function membersOf(schema: z.ZodType): string[] {
  return attributesOf(schema).map(({ name, type, isOptional }) => `\`${name}\`${isOptional ? '?' : ''}: ${type}`)
}
