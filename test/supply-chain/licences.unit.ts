import { describe, expect, it } from 'vitest'
import { lockedPackages } from './locked-packages.ts'

/** Licences (SPDX) that ask for no more than to be named, so that anybody may use, change and sell what is built of them. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
]

/** Also for tools, which are not part of what is built. MPL-2.0 concerns changes of the tool itself only. */
const forTools = [...permissive, 'MPL-2.0']

/** Whether an SPDX expression can be met by these licences: one side of each `OR`, both sides of each `AND`. */
function isMetBy(licences: string[], expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  if (bare.includes('(')) return false
  return bare.split(' OR ').some((either) => either.split(' AND ').every((licence) => licences.includes(licence)))
}

const packages = lockedPackages()
const notMet = (licences: string[], of: typeof packages) =>
  of.filter(({ license }) => !isMetBy(licences, license)).map(({ path, license }) => `${path}: ${license || 'none'}`)

describe('the licence of a dependency', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['MIT AND Zlib', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    ['', false],
  ])('counts as permissive or not: %j is %s', (expression, expected) => {
    expect(isMetBy(permissive, expression)).toBe(expected)
  })

  it('is permissive for everything that is deployed or started: all production dependencies, theirs included', () => {
    const production = packages.filter(({ isTool }) => !isTool)
    expect(production.length).toBeGreaterThan(50)
    expect(notMet(permissive, production)).toEqual([])
  })

  it('is permissive for tools too, those that tools bundle included, or covers changes of the tool alone', () => {
    expect(notMet(forTools, packages)).toEqual([])
  })
})
