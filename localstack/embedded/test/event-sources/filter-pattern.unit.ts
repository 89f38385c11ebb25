import { describe, expect, it } from 'vitest'
import { compileFilter } from '../../event-sources/filter-pattern.ts'

const matches = (pattern: unknown, data: unknown) => compileFilter([JSON.stringify(pattern)])(data)

describe('a filter pattern', () => {
  const cases: [pattern: unknown, yes: unknown[], no: unknown[]][] = [
    [
      { a: ['x'] },
      [{ a: 'x' }, { a: ['y', 'x'] }, { a: 'x', b: 1 }],
      [{ a: 'y' }, {}, { a: ['y'] }, { a: { x: 1 } }, 'x', null],
    ],
    [{ a: ['x', 'y'] }, [{ a: 'x' }, { a: 'y' }], [{ a: 'z' }]],
    [{ a: [1] }, [{ a: 1 }], [{ a: '1' }, { a: true }]],
    [{ a: [null] }, [{ a: null }], [{}, { a: '' }]],
    [{ a: [''] }, [{ a: '' }], [{ a: null }, {}]],
    [{ a: ['x'], b: ['y'] }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { b: 'y' }]],
    [
      { a: { b: { c: ['x'] } } },
      [{ a: { b: { c: 'x' } } }, { a: [{ b: { c: 'x' } }] }],
      [{ a: { c: 'x' } }, { a: 'x' }],
    ],
    [{ a: [{ prefix: 'eu-' }] }, [{ a: 'eu-1' }], [{ a: 'us-1' }, { a: 1 }, {}]],
    [{ a: [{ suffix: '.png' }] }, [{ a: 'x.png' }], [{ a: '.pngx' }]],
    [{ a: [{ 'equals-ignore-case': 'Ab' }] }, [{ a: 'aB' }], [{ a: 'abc' }]],
    [{ a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }], [{ a: 'x' }, {}]],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, [{ a: 'z' }], [{ a: 'x' }, { a: 'y' }]],
    [{ a: [{ 'anything-but': { prefix: 'x' } }] }, [{ a: 'yx' }], [{ a: 'xy' }]],
    [{ a: [{ numeric: ['=', 5] }] }, [{ a: 5 }], [{ a: 6 }, { a: '5' }]],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 0.1 }, { a: 5 }], [{ a: 0 }, { a: 5.1 }]],
    [{ a: [{ exists: true }] }, [{ a: 0 }, { a: null }], [{}, { b: 1 }]],
    [{ a: [{ exists: false }] }, [{}, { b: 1 }], [{ a: 0 }]],
    [{ a: { b: [{ exists: false }] } }, [{}, { a: {} }], [{ a: { b: 1 } }]],
    [{ a: ['x', { exists: false }] }, [{}, { a: 'x' }], [{ a: 'y' }]],
    [
      { $or: [{ a: ['x'] }, { b: ['y'] }], c: ['z'] },
      [
        { a: 'x', c: 'z' },
        { b: 'y', c: 'z' },
      ],
      [{ a: 'x' }, { c: 'z' }],
    ],
    [{ constructor: [{ exists: true }] }, [], [{}]],
  ]
  for (const [pattern, yes, no] of cases) {
    it(`${JSON.stringify(pattern)} takes what it names and nothing else`, () => {
      expect(yes.map((data) => matches(pattern, data))).toEqual(yes.map(() => true))
      expect(no.map((data) => matches(pattern, data))).toEqual(no.map(() => false))
    })
  }

  it('is one of several: a record passes when any matches, and every record passes without patterns', () => {
    const filter = compileFilter(['{"a":["x"]}', '{"a":["y"]}'])
    expect([filter({ a: 'x' }), filter({ a: 'y' }), filter({ a: 'z' })]).toEqual([true, true, false])
    expect(compileFilter([])({})).toBe(true)
  })

  it('is refused when Lambda would refuse it', () => {
    for (const pattern of [
      '[]',
      '{"a":"x"}',
      '{"a":[{"wildcard":"*"}]}',
      '{"a":[{"numeric":["~",1]}]}',
      '{"a":[{"prefix":1}]}',
    ]) {
      expect(() => compileFilter([pattern]), pattern).toThrow(/filter pattern/)
    }
    expect(() => compileFilter(['{'])).toThrow()
  })
})
