import { type GlobPart, matchesGlob } from '../glob.ts'
import { type Scope, valueAt } from './expression.ts'
import { runtimeFailure } from './failure.ts'
import type { Json } from './json.ts'
import { PathMissing, parsePath } from './json-path.ts'
import { instantOf } from './timestamps.ts'

/** One rule of a Choice state: a comparison of `Variable`, or `And`, `Or`, `Not` of rules. */
export type ChoiceRule = { readonly [member: string]: Json }

type Compare = (left: Json, right: Json) => boolean

const strings =
  (holds: (left: string, right: string) => boolean): Compare =>
  (left, right) =>
    typeof left === 'string' && typeof right === 'string' && holds(left, right)
const numbers =
  (holds: (left: number, right: number) => boolean): Compare =>
  (left, right) =>
    typeof left === 'number' && typeof right === 'number' && holds(left, right)
const instants =
  (holds: (left: number, right: number) => boolean): Compare =>
  (left, right) => {
    const [one, other] = [instantOf(left), instantOf(right)]
    return one !== undefined && other !== undefined && holds(one, other)
  }

/** Comparisons that come with a value or, under the same name and `Path`, with a path to it. */
export const comparisons: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['StringEquals', strings((left, right) => left === right)],
  ['StringLessThan', strings((left, right) => left < right)],
  ['StringGreaterThan', strings((left, right) => left > right)],
  ['StringLessThanEquals', strings((left, right) => left <= right)],
  ['StringGreaterThanEquals', strings((left, right) => left >= right)],
  ['NumericEquals', numbers((left, right) => left === right)],
  ['NumericLessThan', numbers((left, right) => left < right)],
  ['NumericGreaterThan', numbers((left, right) => left > right)],
  ['NumericLessThanEquals', numbers((left, right) => left <= right)],
  ['NumericGreaterThanEquals', numbers((left, right) => left >= right)],
  ['BooleanEquals', (left, right) => typeof left === 'boolean' && left === right],
  ['TimestampEquals', instants((left, right) => left === right)],
  ['TimestampLessThan', instants((left, right) => left < right)],
  ['TimestampGreaterThan', instants((left, right) => left > right)],
  ['TimestampLessThanEquals', instants((left, right) => left <= right)],
  ['TimestampGreaterThanEquals', instants((left, right) => left >= right)],
])

/** Comparisons that ask what the value is; they come with true or false. */
export const kinds: ReadonlyMap<string, (value: Json) => boolean> = new Map([
  ['IsNull', (value: Json) => value === null],
  ['IsNumeric', (value: Json) => typeof value === 'number'],
  ['IsString', (value: Json) => typeof value === 'string'],
  ['IsBoolean', (value: Json) => typeof value === 'boolean'],
  ['IsTimestamp', (value: Json) => instantOf(value) !== undefined],
])

/** Whether a rule holds. Throws a runtime failure where a path that must lead somewhere does not. */
export function holds(rule: ChoiceRule, scope: Scope): boolean {
  if (rule.And !== undefined) return (rule.And as ChoiceRule[]).every((part) => holds(part, scope))
  if (rule.Or !== undefined) return (rule.Or as ChoiceRule[]).some((part) => holds(part, scope))
  if (rule.Not !== undefined) return !holds(rule.Not as ChoiceRule, scope)
  const operator = operatorOf(rule)
  const expected = rule[operator] as Json
  if (operator === 'IsPresent') return isPresent(String(rule.Variable), scope) === expected
  const value = required(String(rule.Variable), scope)
  const kind = kinds.get(operator)
  if (kind) return kind(value) === expected
  if (operator === 'StringMatches') return typeof value === 'string' && matchesGlob(wildcard(String(expected)), value)
  const byPath = operator.endsWith('Path')
  const compare = comparisons.get(byPath ? operator.slice(0, -'Path'.length) : operator)
  return compare?.(value, byPath ? required(String(expected), scope) : expected) ?? false
}

/** The member that says how a rule compares: whatever is not one of its fixed members. */
export function operatorOf(rule: ChoiceRule): string {
  return Object.keys(rule).find((key) => !['Variable', 'Next', 'Comment', 'Assign'].includes(key)) ?? ''
}

function isPresent(path: string, scope: Scope): boolean {
  try {
    valueAt(parsePath(path), scope)
    return true
  } catch (error) {
    if (error instanceof PathMissing) return false
    throw error
  }
}

function required(path: string, scope: Scope): Json {
  try {
    return valueAt(parsePath(path), scope)
  } catch (error) {
    if (!(error instanceof PathMissing)) throw error
    throw runtimeFailure(`Invalid path '${path}': The choice state's condition path references an invalid value.`)
  }
}

/** `*` stands for any text, `\*` for a star, `\\` for a backslash (ASL: `StringMatches`). */
function wildcard(pattern: string): GlobPart[] {
  const parts = pattern.match(/\\[*\\]|[\s\S]/g) ?? []
  return parts.map((part) => (part === '*' ? '*' : { text: part.at(-1) ?? '' }))
}
