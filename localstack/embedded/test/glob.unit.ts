import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GlobPart, matchesGlob } from '../glob.ts'
import { matches } from '../iam/pattern.ts'
import { holds } from '../step-functions/choice-rules.ts'
import { parsePath, select } from '../step-functions/json-path.ts'
import { seed } from './seed.ts'

const part: fc.Arbitrary<GlobPart> = fc.oneof(
  fc.constantFrom('*' as const, '?' as const),
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 }).map((text) => ({ text })),
)
const toExpression = (parts: GlobPart[]) =>
  new RegExp(`^${parts.map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one.text)).join('')}$`)

describe('a glob', () => {
  it('matches what the regular expression of the same meaning matches', () => {
    let matched = 0
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
        (parts, text) => {
          const expected = toExpression(parts).test(text)
          if (expected && parts.length > 1) matched++
          expect(matchesGlob(parts, text)).toBe(expected)
        },
      ),
      { seed, numRuns: 2_000 },
    )
    expect(matched).toBeGreaterThan(20)
  })
})

/** Backtracking over it takes longer than the universe is old; a test that hangs is how its return would show. */
const stars = 'a*'.repeat(2_000)
const text = 'a'.repeat(20_000)

describe('a pattern that would take a backtracking matcher for ever', () => {
  it('is answered in a choice rule', () => {
    const scope = { input: { text }, context: {}, variables: {}, random: () => 0 }
    expect(holds({ Variable: '$.text', StringMatches: `${stars}b` }, scope)).toBe(false)
    expect(holds({ Variable: '$.text', StringMatches: stars }, scope)).toBe(true)
  })

  it('is answered in a policy', () => {
    expect(matches(`${stars}b`, text)).toBe(false)
    expect(matches(stars, text)).toBe(true)
  })

  it('is answered in a path filter', () => {
    expect(select(parsePath('$.items[?(@.text =~ /(a+)+b/)]'), { items: [{ text }] })).toEqual([])
  })
})
