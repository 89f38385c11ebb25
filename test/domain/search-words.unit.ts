import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rankTickets } from '../../domain/search-ranking.ts'
import { queryWords, SearchQuery, wordsOf } from '../../domain/search-words.ts'

const words = (text: string) => [...wordsOf(text, 100).keys()]

describe('the words of a text', () => {
  it.each([
    ['case', 'Printer PRINTER', ['printer']],
    ['accents', 'Café cafe ÀÉ ae', ['cafe', 'ae']],
    ['sharp s', 'Straße STRASSE', ['strasse']],
    ['ligatures and full width', 'ﬁnd find Ｆｉｎｄ', ['find']],
    ['Turkish dotted I', 'İstanbul istanbul', ['istanbul']],
    ['soft hyphens', 'so\u00adft soft', ['soft']],
    ['Cyrillic', 'Ёлка елка', ['елка']],
  ])('are the same whatever their %s', (_, text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('end at spaces, punctuation and control characters', () => {
    expect(words('a@b.example, "c++"\tx\u0001y_z #7')).toEqual(['a', 'b', 'example', 'c++', 'x', 'y', 'z', '7'])
  })

  it('are pairs of characters where a script has no spaces', () => {
    expect(words('東京都 and ไทย')).toEqual(['東京', '京都', '都', 'and', 'ไท', 'ทย', 'ย'])
    expect(queryWords('京都')).toEqual([{ word: '京都', prefix: false }])
    expect(queryWords('都 x')).toEqual([
      { word: '都', prefix: true },
      { word: 'x', prefix: true },
    ])
  })

  it('are counted, and bounded in number and length', () => {
    expect([...wordsOf('a b a c a', 2)]).toEqual([
      ['a', 3],
      ['b', 1],
    ])
    expect(words('x'.repeat(30_000))).toEqual(['x'.repeat(40)])
  })

  it('keep marks that make another letter outside of Latin, Greek and Cyrillic', () => {
    expect(words('ガ カ').sort()).toEqual(['カ', 'ガ'])
    expect(words('कि की')).toEqual(['कि', 'की'])
  })

  it('are not those of thousands of marks on one letter', () => {
    const marks = Array.from({ length: 32_000 }, (_, n) => '\u05b0\u3099\u0f71\u0316'[n % 4]).join('')
    const [word = ''] = words(`a${marks}`)
    expect(word.length).toBeLessThan(8)
  })

  it('are what a query for the same text asks for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), (text) => {
        const stored = words(text)
        const isFound = ({ word, prefix }: { word: string; prefix: boolean }) =>
          stored.some((one) => (prefix ? one.startsWith(word) : one === word))
        expect(queryWords(text).filter((word) => !isFound(word))).toEqual([])
        expect(stored.filter((word) => /[#\s]/u.test(word) || word === '')).toEqual([])
      }),
    )
  })
})

describe('a query', () => {
  it('may leave its last word unfinished', () => {
    expect(queryWords('Paper Jam pap')).toEqual([
      { word: 'paper', prefix: false },
      { word: 'jam', prefix: false },
      { word: 'pap', prefix: true },
    ])
  })

  it.each([
    ['nothing', '', /empty/],
    ['no word', ' .,!? ', /must contain a word/],
    ['13 words', 'a b c d e f g h i j k l m', /at most 12 words/],
    ['201 characters', 'x'.repeat(201), /at most 200 characters/],
    ['half a surrogate pair', 'a\ud800', /surrogates/],
  ])('is refused with %s', (_, query, problem) => {
    expect(SearchQuery.safeParse(query).error?.issues[0]?.message).toMatch(problem)
  })
})

describe('the ranking of tickets', () => {
  const found = (ticketId: string, word: string, inTitle: number, inText: number) => ({
    ticketId,
    word,
    inTitle,
    inText,
  })

  it('has only those with every word, those with words in the title first, and whole words before longer ones', () => {
    const query = queryWords('printer jam')
    expect(
      rankTickets(query, [
        found('text', 'printer', 0, 1),
        found('text', 'jam', 0, 1),
        found('title', 'printer', 1, 0),
        found('title', 'jam', 0, 1),
        found('longer', 'printer', 0, 1),
        found('longer', 'jamming', 0, 1),
        found('one word', 'printer', 5, 5),
      ]),
    ).toEqual(['title', 'text', 'longer'])
  })

  it('treats words that every object has as any other', () => {
    const query = queryWords('constructor prototype')
    expect(rankTickets(query, [found('t', 'constructor', 0, 1), found('t', 'prototype', 0, 1)])).toEqual(['t'])
    expect(words('constructor')).toEqual(['constructor'])
  })
})
