import { describe, expect, it } from 'vitest'
import { type ChoiceRule, holds } from '../../step-functions/choice-rules.ts'
import type { Json, JsonObject } from '../../step-functions/json.ts'

const ask = (rule: ChoiceRule, input: JsonObject = {}) =>
  holds(rule, { input, context: {}, variables: {}, random: () => 0 })
const compare = (operator: string, left: Json, right: Json) => ask({ Variable: '$.left', [operator]: right }, { left })

const noon = '2026-01-31T12:00:00Z'
const alsoNoon = '2026-01-31T13:00:00+01:00'
const later = '2026-01-31T12:00:00.5Z'

describe('a comparison', () => {
  const orders: [string, Json, Json, Json][] = [
    ['String', 'a', 'a', 'b'],
    ['Numeric', 1, 1.0, 1.5],
    ['Timestamp', noon, alsoNoon, later],
  ]
  it.each(orders)('of type %s supports equal, less and greater, by value and by path', (kind, small, same, great) => {
    const table: [string, boolean, boolean, boolean][] = [
      ['Equals', true, false, false],
      ['LessThan', false, true, false],
      ['GreaterThan', false, false, true],
      ['LessThanEquals', true, true, false],
      ['GreaterThanEquals', true, false, true],
    ]
    for (const [operator, equal, less, greater] of table) {
      expect(compare(kind + operator, small, same), `${operator} equal`).toBe(equal)
      expect(compare(kind + operator, small, great), `${operator} less`).toBe(less)
      expect(compare(kind + operator, great, small), `${operator} greater`).toBe(greater)
      const byPath = { Variable: '$.left', [`${kind}${operator}Path`]: '$.right' }
      expect(ask(byPath, { left: small, right: great }), `${operator}Path`).toBe(less)
    }
  })

  it('of different types is never true', () => {
    expect(compare('NumericEquals', '1', 1)).toBe(false)
    expect(compare('StringEquals', 1, '1')).toBe(false)
    expect(compare('BooleanEquals', 'true', true)).toBe(false)
    expect(compare('TimestampEquals', '2026-01-31', noon)).toBe(false)
    expect(compare('BooleanEquals', false, false)).toBe(true)
  })

  it('treats * as a wildcard, and an escaped * literally', () => {
    expect(compare('StringMatches', 'log-2026.txt', 'log-*.txt')).toBe(true)
    expect(compare('StringMatches', 'log-2026.txt.old', 'log-*.txt')).toBe(false)
    expect(compare('StringMatches', 'a*b', 'a\\*b')).toBe(true)
    expect(compare('StringMatches', 'axb', 'a\\*b')).toBe(false)
    expect(compare('StringMatches', 'a.b', 'a?b')).toBe(false)
    expect(compare('StringMatches', 5, '*')).toBe(false)
  })

  it('fails the execution when its path matches nothing', () => {
    expect(() => ask({ Variable: '$.gone', StringEquals: 'a' })).toThrow(/^States.Runtime/)
  })
})

describe('a type test', () => {
  it.each<[string, Json, Json]>([
    ['IsNull', null, 0],
    ['IsNumeric', 0, '0'],
    ['IsString', '', null],
    ['IsBoolean', false, 'false'],
    ['IsTimestamp', noon, '2026-02-30T12:00:00Z'],
  ])('%s can be true and false', (operator, yes, no) => {
    expect([compare(operator, yes, true), compare(operator, yes, false)]).toEqual([true, false])
    expect([compare(operator, no, true), compare(operator, no, false)]).toEqual([false, true])
  })

  it('IsPresent has a result for a missing value', () => {
    expect(ask({ Variable: '$.a.b', IsPresent: true })).toBe(false)
    expect(ask({ Variable: '$.a.b', IsPresent: false })).toBe(true)
    expect(ask({ Variable: '$.a', IsPresent: true }, { a: null })).toBe(true)
  })
})

describe('combined rules', () => {
  it('And, Or and Not short-circuit', () => {
    const present = { Variable: '$.a', IsPresent: true }
    const positive = { Variable: '$.a', NumericGreaterThan: 0 }
    expect(ask({ And: [present, positive] }, { a: 1 })).toBe(true)
    expect(ask({ And: [present, positive] })).toBe(false)
    expect(ask({ Or: [{ Not: present }, positive] })).toBe(true)
    expect(ask({ Not: { And: [present, positive] } }, { a: -1 })).toBe(true)
  })
})
