import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type After, listPage } from '../../s3/listing.ts'
import { seed } from '../seed.ts'

/** Keys as a database would return them. */
function stored(keys: readonly string[]) {
  const rows = [...new Set(keys)].map((key) => ({ key: Buffer.from(key) }))
  rows.sort((a, b) => Buffer.compare(a.key, b.key))
  return (from: Buffer) => rows.filter(({ key }) => Buffer.compare(key, from) >= 0)
}

interface Asked {
  prefix?: string
  delimiter?: string
  after?: string
  maxKeys?: number
}

function list(keys: readonly string[], { prefix = '', delimiter = '', after, maxKeys = 1000 }: Asked, skips = false) {
  const page = listPage(stored(keys), {
    prefix: Buffer.from(prefix),
    delimiter: Buffer.from(delimiter),
    maxKeys,
    after: after === undefined ? undefined : ({ key: Buffer.from(after), skipsItsPrefix: skips } satisfies After),
  })
  return {
    keys: page.entries.map(({ key }) => key.toString()),
    prefixes: page.commonPrefixes.map(String),
    more: page.isTruncated,
    last: page.last.toString(),
  }
}

/** All pages, one after the other. */
function listAll(keys: readonly string[], asked: Asked) {
  const found: { keys: string[]; prefixes: string[] } = { keys: [], prefixes: [] }
  let page = list(keys, asked)
  for (;;) {
    found.keys.push(...page.keys)
    found.prefixes.push(...page.prefixes)
    if (!page.more) return found
    page = list(keys, { ...asked, after: page.last }, true)
  }
}

describe('a listing', () => {
  it('has the order of UTF-8 bytes, not that of UTF-16', () => {
    expect(list(['b', 'a', 'B', 'ä', '😀', '\ufffd', 'a\u0000', 'a/'], {}).keys).toEqual([
      ...['B', 'a', 'a\u0000', 'a/', 'b', 'ä', '\ufffd', '😀'],
    ])
  })

  it('rolls up keys behind the prefix by the delimiter', () => {
    const keys = ['a', 'a/b', 'a/c/d', 'a/c/e', 'b//x', 'b/y']
    expect(list(keys, { delimiter: '/' })).toMatchObject({ keys: ['a'], prefixes: ['a/', 'b/'] })
    expect(list(keys, { delimiter: '/', prefix: 'a/' })).toMatchObject({ keys: ['a/b'], prefixes: ['a/c/'] })
    expect(list(keys, { delimiter: '/', prefix: 'b/' })).toMatchObject({ keys: ['b/y'], prefixes: ['b//'] })
    expect(list(keys, { delimiter: 'c/' })).toMatchObject({ prefixes: ['a/c/'] })
  })

  it('starts behind the given key, which may lie within a common prefix or before the prefix', () => {
    const keys = ['a', 'a/1', 'a/2', 'b']
    expect(list(keys, { after: 'a' }).keys).toEqual(['a/1', 'a/2', 'b'])
    expect(list(keys, { after: 'a/1', delimiter: '/' })).toMatchObject({ keys: ['b'], prefixes: ['a/'] })
    expect(list(keys, { after: 'a/1', delimiter: '/' }, true)).toMatchObject({ keys: ['b'], prefixes: [] })
    expect(list(keys, { after: '!', prefix: 'a/' }).keys).toEqual(['a/1', 'a/2'])
    expect(list(keys, { after: 'z', prefix: 'a/' }).keys).toEqual([])
  })

  it('counts common prefixes like keys, and is truncated only when more follows', () => {
    const keys = ['a/1', 'a/2', 'b', 'c/1']
    expect(list(keys, { delimiter: '/', maxKeys: 2 })).toEqual({ keys: ['b'], prefixes: ['a/'], more: true, last: 'b' })
    expect(list(keys, { delimiter: '/', maxKeys: 3 })).toMatchObject({ more: false, prefixes: ['a/', 'c/'] })
    expect(list(keys, { maxKeys: 0 })).toMatchObject({ keys: [], more: false })
  })

  it('shows every key and every common prefix exactly once over its pages, whatever their size', () => {
    const part = fc
      .array(fc.constantFrom('a', 'A', '/', 'é', '😀', '\u0001'), { maxLength: 6 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 30 }),
        part.map((text) => text.slice(0, 2)),
        fc.constantFrom('', '/', 'a', 'é/'),
        fc.integer({ min: 1, max: 5 }),
        (all, prefix, delimiter, maxKeys) => {
          // A prefix that ends within a character is none that a request can bring.
          fc.pre(Buffer.from(prefix).toString() === prefix)
          const own = [...new Set(all)]
            .filter((key) => key.startsWith(prefix))
            .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          const cut = (key: string) => (delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length))
          const prefixes = own.filter((key) => cut(key) >= 0).map((key) => key.slice(0, cut(key) + delimiter.length))
          const expected = { keys: own.filter((key) => cut(key) < 0), prefixes: [...new Set(prefixes)] }
          expect(listAll(all, { prefix, delimiter, maxKeys })).toEqual(expected)
        },
      ),
      { seed },
    )
  })
})
