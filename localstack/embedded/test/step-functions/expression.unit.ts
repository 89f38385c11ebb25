import { describe, expect, it } from 'vitest'
import { evaluate, fill, parseExpression, type Scope } from '../../step-functions/expression.ts'
import { StateFailure } from '../../step-functions/failure.ts'
import type { Json } from '../../step-functions/json.ts'

const scope: Scope = {
  input: { name: 'Ann', list: [1, 2, 2, 3], half: 2.5, object: { a: 1, b: [2, 3] }, text: '{"k":[1]}', none: null },
  context: { Execution: { Name: 'e-1' } },
  variables: { limit: 7, nested: { deep: [0, 'x'] } },
  random: () => 0.5,
}
const value = (text: string): Json => evaluate(parseExpression(text), scope)

describe('an expression', () => {
  it.each<[string, Json]>([
    ['$.name', 'Ann'],
    ['$$.Execution.Name', 'e-1'],
    ['$limit', 7],
    ['$nested.deep[1]', 'x'],
    ["States.Format('Hi {}, {}!', $.name, $limit)", 'Hi Ann, 7!'],
    ["States.Format('{} {} {}', $.object, $.none, $.half)", '{a=1, b=[2, 3]} null 2.5'],
    ["States.Format('\\{\\} it\\'s {}', 1)", "{} it's 1"],
    ['States.Array(1, true, null, $.name)', [1, true, null, 'Ann']],
    ['States.Array()', []],
    ['States.ArrayPartition($.list, 3)', [[1, 2, 2], [3]]],
    ['States.ArrayContains($.list, 3)', true],
    ['States.ArrayRange(1, 9, 4)', [1, 5, 9]],
    ['States.ArrayRange(5, 1, -2)', [5, 3, 1]],
    ['States.ArrayGetItem($.list, 1)', 2],
    ['States.ArrayLength($.list)', 4],
    ['States.ArrayUnique($.list)', [1, 2, 3]],
    ["States.Base64Encode('äh')", 'w6Ro'],
    ["States.Base64Decode('w6Ro')", 'äh'],
    ["States.Hash('abc', 'SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['States.JsonMerge($.object, States.StringToJson(\'{"b":1}\'), false)', { a: 1, b: 1 }],
    ['States.StringToJson($.text)', { k: [1] }],
    ['States.JsonToString($.object)', '{"a":1,"b":[2,3]}'],
    ['States.MathAdd($.half, -1)', 2],
    ['States.MathRandom(0, 10)', 5],
    ["States.StringSplit('a.b+c,,d', '.+,')", ['a', 'b', 'c', 'd']],
    ['States.UUID()', '80808080-8080-4080-8080-808080808080'],
    ["States.ArrayGetItem(States.StringSplit($$.Execution.Name, '-'), States.MathAdd(0, 1))", '1'],
    ["States.Format('{}', $.object['b'][0])", '2'],
  ])('%s evaluates as on AWS', (text, expected) => {
    expect(value(text)).toEqual(expected)
  })

  it('gives the same random number for the same seed', () => {
    expect(value('States.MathRandom(0, 1000000, 42)')).toBe(value('States.MathRandom(0, 1000000, 42)'))
    expect(value('States.MathRandom(0, 1000000, 42)')).not.toBe(value('States.MathRandom(0, 1000000, 43)'))
  })

  it.each([
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    'States.ArrayGetItem($.list, 9)',
    'States.ArrayLength($.name)',
    'States.ArrayPartition($.list, 0)',
    'States.ArrayRange(0, 5000, 1)',
    'States.ArrayRange(0, 1, 0)',
    "States.Hash('a', 'CRC')",
    'States.JsonMerge($.object, $.object, true)',
    "States.StringToJson('{')",
    'States.MathAdd($.name, 1)',
  ])('%s fails with States.IntrinsicFailure', (text) => {
    expect(() => value(text)).toThrow(StateFailure)
    expect(() => value(text)).toThrow(/^States.IntrinsicFailure/)
  })

  it.each([
    'name',
    'States.Nothing()',
    'States.UUID(1)',
    "States.Format('a'",
    "States.Format('a' 'b')",
    "States.Format('a') + 1",
    'States.Format("a")',
    "States.Format('a\\n')",
    'States.Array(,)',
  ])('%s is refused when it is parsed', (text) => {
    expect(() => parseExpression(text)).toThrow(SyntaxError)
  })
})

describe('a payload template', () => {
  it('is filled in at every depth, and only for names that end in .$', () => {
    const template = {
      'who.$': '$.name',
      fixed: '$.name',
      in: [{ 'n.$': '$limit' }, '$.name'],
      '__proto__.$': '$.none',
    }
    const filled = fill(template, scope)
    expect(JSON.stringify(filled)).toBe('{"who":"Ann","fixed":"$.name","in":[{"n":7},"$.name"],"__proto__":null}')
  })

  it('reports the field whose path matches nothing', () => {
    expect(() => fill({ a: { 'b.$': '$.nobody' } }, scope)).toThrow(/'\$\.nobody' specified for the field 'b\.\$'/)
  })

  it('fails for a variable that was never set', () => {
    expect(() => fill({ 'b.$': '$nothing' }, scope)).toThrow(/^States.Runtime/)
  })
})
