import { describe, expect, it } from 'vitest'
import { breaksOf } from '../../proof/contracts/breaks.ts'
import type { Party } from '../../proof/contracts/contract.ts'
import type { JsonSchema } from '../../proof/contracts/json-schema.ts'

const text = { type: 'string' }
const priority = { type: 'string', enum: ['low', 'high'] }
const released = objectOf({ priority, count: { type: 'integer', minimum: 0 }, note: text }, ['priority', 'count'])

function objectOf(properties: Record<string, JsonSchema>, required: string[], rest: JsonSchema = {}): JsonSchema {
  return { type: 'object', properties, required, additionalProperties: false, ...rest }
}

/** What those who rely on the released schema say when it becomes the other one. */
function breaks(party: Party, after: JsonSchema, before: JsonSchema = released): string[] {
  const contract = (schema: JsonSchema) => ({ name: 'x', parties: [party], schema, document: schema })
  return breaksOf(1, [contract(before)], [contract(after)]).map(({ says }) => says)
}

function changed(properties: Record<string, JsonSchema | undefined>, required = ['priority', 'count']): JsonSchema {
  const all = { ...released.properties, ...properties }
  const kept = Object.entries(all).filter((entry): entry is [string, JsonSchema] => entry[1] !== undefined)
  return objectOf(Object.fromEntries(kept), required)
}

describe('a consumer', () => {
  it.each<[string, JsonSchema]>([
    ['nothing changes', changed({})],
    ['a member is added, required or not', changed({ more: text, less: text }, ['priority', 'count', 'more'])],
    ['an optional member is always there now', changed({}, ['priority', 'count', 'note'])],
    ['a value is no longer sent', changed({ priority: { type: 'string', enum: ['low'] } })],
    ['a range is narrower', changed({ count: { type: 'integer', exclusiveMinimum: 0, maximum: 9 } })],
    ['texts only are changed', { ...changed({ note: { type: 'string', description: 'new' } }), description: 'new' }],
  ])('notices nothing when %s', (_, after) => {
    expect(breaks('consumer', after)).toEqual([])
  })

  it.each<[string, JsonSchema, string]>([
    [
      'a member is removed',
      changed({ priority: undefined }, ['count']),
      'that reads /priority gets nothing: it was removed',
    ],
    ['an optional member is removed', changed({ note: undefined }), 'that reads /note gets nothing: it was removed'],
    [
      'a member may be absent',
      changed({}, ['count']),
      'that reads /priority may get nothing: it is no longer always there',
    ],
    [
      'a value is added',
      changed({ priority: { type: 'string', enum: ['low', 'high', 'urgent'] } }),
      'that reads /priority may get "urgent", and knows "low" or "high" only',
    ],
    [
      'a list of values is opened',
      changed({ priority: text }),
      'that reads /priority may get any string, and knows "low" or "high" only',
    ],
    ['the type changes', changed({ count: text }), 'that reads /count may get string instead of integer'],
    [
      'it may be null',
      changed({ note: { anyOf: [text, { type: 'null' }] } }),
      'that reads /note may get null instead of string',
    ],
    [
      'a bound is lifted',
      changed({ count: { type: 'integer' } }),
      'that reads /count may get more than it expects: minimum 0 has become minimum none',
    ],
  ])('is told when %s', (_, after, says) => {
    expect(breaks('consumer', after)).toEqual([`a consumer of x 1 ${says}`])
  })

  it('is told of what is inside of lists, maps and references, and when all of it is gone', () => {
    const list = (items: JsonSchema) => objectOf({ items: { type: 'array', items } }, ['items'])
    expect(breaks('consumer', list({ type: 'integer' }), list(text))[0]).toContain('/items/* may get integer')
    const map = (value: JsonSchema) => objectOf({ counts: { type: 'object', additionalProperties: value } }, ['counts'])
    expect(breaks('consumer', map(text), map({ type: 'integer' }))[0]).toContain('/counts/* may get string')
    const referring = (to: JsonSchema) => ({
      ...objectOf({ a: { $ref: '#/$defs/a~1b' } }, ['a']),
      $defs: { 'a/b': to },
    })
    expect(breaks('consumer', referring({ type: 'null' }), referring(text))[0]).toContain('/a may get null')
    const contract = { name: 'x', parties: ['consumer'] as const, schema: released, document: released }
    expect(breaksOf(1, [contract], [])[0]?.says).toBe(
      'a consumer of x 1 gets nothing more: there is no such contract now',
    )
  })
})

describe('a client', () => {
  it.each<[string, JsonSchema]>([
    ['an optional member is taken', changed({ more: text })],
    ['a member need no longer be sent', changed({}, ['count'])],
    ['a value is taken, too', changed({ priority: { type: 'string', enum: ['low', 'high', 'urgent'] } })],
    ['any text is taken instead of some', changed({ priority: text })],
    ['a longer list of types is taken', changed({ note: { type: ['string', 'null'] } })],
    ['a bound is lifted', changed({ count: { type: 'number' } })],
  ])('notices nothing when %s', (_, after) => {
    expect(breaks('client', after)).toEqual([])
  })

  it.each<[string, JsonSchema, string]>([
    [
      'a member is required',
      changed({ more: text }, ['priority', 'count', 'more']),
      'without /more is refused: it is required now',
    ],
    [
      'an optional one is required',
      changed({}, ['priority', 'count', 'note']),
      'without /note is refused: it is required now',
    ],
    ['a member is not taken', changed({ note: undefined }), 'that sends /note is refused, or loses it: it was removed'],
    [
      'a value is not taken',
      changed({ priority: { type: 'string', enum: ['high'] } }),
      'that sends "low" in /priority is refused: "high" is left',
    ],
    [
      'the type changes',
      changed({ note: { type: 'integer' } }),
      'that sends string in /note is refused: it must be integer now',
    ],
    [
      'a bound is set',
      changed({ note: { type: 'string', maxLength: 9 } }),
      'that sends what was allowed in /note is refused: maxLength none has become maxLength 9',
    ],
    [
      'a pattern is set',
      changed({ note: { type: 'string', pattern: '^a' } }),
      'that sends what was allowed in /note is refused: pattern none has become pattern ^a',
    ],
    [
      'a keyword appears that nobody can judge',
      changed({ note: { type: 'string', contentEncoding: 'base64' } }),
      'that sends /note may be refused: contentEncoding has changed, and nobody can judge that',
    ],
  ])('is told when %s', (_, after, says) => {
    expect(breaks('client', after)).toEqual([`a client of x 1 ${says}`])
  })

  it('may send one of several forms as long as one takes it', () => {
    const either = (...anyOf: JsonSchema[]) => objectOf({ a: { anyOf } }, ['a'])
    const form = (kind: string, required: string[]) =>
      objectOf({ kind: { const: kind }, b: text }, ['kind', ...required])
    const before = either(form('x', []), form('y', []))
    expect(breaks('client', either(form('z', ['b']), form('y', []), form('x', [])), before)).toEqual([])
    expect(breaks('client', either(form('x', []), form('y', ['b'])), before)).toEqual([
      'a client of x 1 without /a/b is refused: it is required now',
    ])
  })
})

describe('what is stored', () => {
  it('must be readable for ever', () => {
    expect(breaks('stored', changed({ note: undefined }))).toEqual([
      'what is stored as x 1 with /note can no longer be read, or loses it: it was removed',
    ])
  })
})
