import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../step-functions/json.ts'
import { isReference, parsePath, place, select } from '../../step-functions/json-path.ts'

const shop = {
  books: [
    { title: 'A', price: 8, tags: ['x', 'y'] },
    { title: 'B', price: 12 },
    { title: 'C', price: 20, sold: true },
  ],
  'odd name': 1,
  __proto__x: 2,
}
const at = (path: string, root: Json = shop) => select(parsePath(path), root)

describe('a path', () => {
  it.each<[string, Json]>([
    ['$', shop],
    ['$.books[0].title', 'A'],
    ["$['odd name']", 1],
    ['$.books[-1].title', 'C'],
    ['$.books[*].title', ['A', 'B', 'C']],
    ['$.books[0,2].title', ['A', 'C']],
    ['$.books[1:].price', [12, 20]],
    ['$.books[:2].price', [8, 12]],
    ['$.books[0:3:2].price', [8, 20]],
    ['$..price', [8, 12, 20]],
    ["$.books[0]['title','price']", ['A', 8]],
    ['$.books.length()', 3],
    ['$.books[?(@.price < 13)].title', ['A', 'B']],
    ['$.books[?(@.sold)].title', ['C']],
    ["$.books[?(@.title == 'B' || @.price >= 20)].title", ['B', 'C']],
    ['$.books[?(!(@.price > 10) && @.tags)].title', ['A']],
    ["$.books[?(@.title in ['A','C'])].price", [8, 20]],
    ['$.books[?(@.title =~ /[ab]/i)].price', [8, 12]],
  ])('%s finds the matching values', (path, found) => {
    expect(at(path)).toEqual(found)
  })

  it('to a single value fails when it matches nothing, and reports how far it got', () => {
    expect(() => at('$.books[0].isbn')).toThrow("No results for path: $['books'][0]['isbn']")
    expect(() => at('$.shelf.row')).toThrow("Missing property in path $['shelf']")
    expect(() => at('$.toString')).toThrow('No results')
  })

  it('to many values matches none without failing', () => {
    expect(at('$.shelves[*]')).toEqual([])
    expect(at('$.shelves[1:].row')).toEqual([])
    expect(at('$..isbn')).toEqual([])
  })

  it.each(['books', '$.', '$.a[', '$.a]', '$.a[x]', '$.a b', '$.a.sum()', '$.a[?(@.b === 1)]', "$['a", '$.a..'])(
    '%s is refused when it is parsed, not when it is evaluated',
    (path) => {
      expect(() => parsePath(path)).toThrow(SyntaxError)
    },
  )
})

describe('a reference path', () => {
  it('consists of names and single indexes', () => {
    expect(['$', '$.a', "$.a['b'].c[0]"].map((path) => isReference(parsePath(path)))).toEqual([true, true, true])
    expect(['$..a', '$.a[*]', '$.a[0,1]', '$.a[?(@.b)]'].some((path) => isReference(parsePath(path)))).toBe(false)
  })

  it('sets a value, creates missing objects on its way and changes nothing else', () => {
    expect(place(parsePath('$.a.b.c'), { a: { x: 1 } }, 2)).toEqual({ a: { x: 1, b: { c: 2 } } })
    expect(place(parsePath('$.list[1]'), { list: [1, 2] }, 9)).toEqual({ list: [1, 9] })
    expect(place(parsePath('$'), { a: 1 }, 'all')).toBe('all')
  })

  it('cannot pass through a value that is not an object', () => {
    expect(place(parsePath('$.a.b'), { a: 'text' }, 1)).toBeUndefined()
    expect(place(parsePath('$.a'), 'text', 1)).toBeUndefined()
    expect(place(parsePath('$.a[3]'), { a: [] }, 1)).toBeUndefined()
  })

  it('reads back what was set, whatever the names', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/['\\]/.test(text))
    const names = fc.array(fc.oneof(name, fc.constantFrom('__proto__', 'constructor', 'length')), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(names, fc.jsonValue(), (path, value) => {
        const text = `$${path.map((part) => `['${part}']`).join('')}`
        const placed = place(parsePath(text), {}, value as Json)
        expect(at(text, placed ?? null)).toEqual(value)
        expect(Object.getPrototypeOf({})).toBe(Object.prototype)
      }),
    )
  })
})
