import { describe, expect, it } from 'vitest'
import { Body, Reason, Title, text } from '../../domain/text.ts'

describe('a text', () => {
  it.each(['a', ' ', '\n\t', 'Häuser שלום 🔥', '\u202e', 'x\u0301'])('is stored exactly as sent: %j', (value) => {
    expect(text({ max: 100 }).parse(value)).toBe(value)
  })

  it.each([
    ['empty', '', 'must not be empty'],
    ['with NUL', 'a\0b', 'must not contain NUL'],
    ['with an unpaired surrogate', 'a\ud83d', 'must not contain unpaired surrogates'],
    ['too long', 'x'.repeat(101), 'must have at most 100 characters'],
    ['too long by one character outside the BMP', '🔥'.repeat(101), 'must have at most 100 characters'],
  ])('is refused when it is %s', (_, value, message) => {
    const result = text({ max: 100 }).safeParse(value)
    expect(result.error?.issues.map((issue) => issue.message)).toEqual([message])
  })

  it('is measured in code points, not in UTF-16 units', () => {
    expect(text({ max: 100 }).safeParse('🔥'.repeat(100)).success).toBe(true)
  })

  it.each([
    ['title', Title, 200],
    ['body', Body, 32_768],
    ['reason', Reason, 500],
  ] as const)('has the length of the contract as a %s', (_, schema, max) => {
    expect(schema.safeParse('x'.repeat(max)).success).toBe(true)
    expect(schema.safeParse('x'.repeat(max + 1)).success).toBe(false)
  })
})
