import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisiveVerdict, ScanVerdict } from '../../domain/scan-verdict.ts'

const infected: ScanVerdict = { verdict: 'infected', threat: 'EICAR' }
const clean: ScanVerdict = { verdict: 'clean' }
const unscannable: ScanVerdict = { verdict: 'unscannable', why: 'encrypted' }

describe('the decisive verdict', () => {
  it.each<[expected: ScanVerdict, verdicts: ScanVerdict[]]>([
    [infected, [clean, infected, unscannable]],
    [infected, [infected]],
    [clean, [clean, unscannable]],
    [unscannable, [unscannable]],
  ])('is %o of %o, in whatever order they arrived', (expected, verdicts) => {
    fc.assert(
      fc.property(fc.shuffledSubarray(verdicts, { minLength: verdicts.length }), (shuffled) => {
        expect(decisiveVerdict(shuffled)).toEqual(expected)
      }),
    )
  })

  it('is undefined before the first one', () => {
    expect(decisiveVerdict([])).toBeUndefined()
  })
})

describe('a verdict', () => {
  it.each([
    { verdict: 'clean', threat: 'EICAR' },
    { verdict: 'infected' },
    { verdict: 'infected', threat: 'x'.repeat(101) },
    { verdict: 'unscannable' },
    { verdict: 'probably fine' },
  ])('is not %o', (verdict) => {
    expect(ScanVerdict.safeParse(verdict).success).toBe(false)
  })
})
