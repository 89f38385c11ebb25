import { describe, expect, it } from 'vitest'
import { type Access, itemsInFlight } from '../../dynamodb/items-in-flight.ts'

const overlaps = (first: Access, second: Access) => {
  const items = itemsInFlight()
  items.enter(first, ['x', 'a'])
  const entry = items.enter(second, ['b', 'a'])
  return 'conflicts' in entry ? [...entry.conflicts] : 'goes ahead'
}

describe('a request for an item of another request in flight', () => {
  it.each([
    ['transaction', 'transaction', [1]],
    ['transaction', 'write', [1]],
    ['transaction', 'snapshot', [1]],
    ['write', 'snapshot', [1]],
    ['write', 'transaction', 'goes ahead'],
    ['write', 'write', 'goes ahead'],
    ['snapshot', 'transaction', 'goes ahead'],
    ['snapshot', 'snapshot', 'goes ahead'],
  ] as const)('%s, then %s: %j', (first, second, outcome) => {
    expect(overlaps(first, second)).toEqual(outcome)
  })

  it('proceeds when the other one has finished', () => {
    const items = itemsInFlight()
    const first = items.enter('transaction', ['a'])
    expect(items.enter('write', ['a'])).toHaveProperty('conflicts')
    if ('done' in first) first.done()
    expect(items.enter('write', ['a'])).toHaveProperty('done')
  })

  it('reserves nothing when it conflicts, and waits for all writers of an item', () => {
    const items = itemsInFlight()
    const writers = [items.enter('write', ['a']), items.enter('write', ['a'])]
    items.enter('transaction', ['t'])
    expect(items.enter('transaction', ['free', 't'])).toHaveProperty('conflicts')
    expect(items.enter('write', ['free'])).toHaveProperty('done')
    for (const writer of writers) {
      expect(items.enter('snapshot', ['a'])).toHaveProperty('conflicts')
      if ('done' in writer) writer.done()
    }
    expect(items.enter('snapshot', ['a'])).toHaveProperty('done')
  })
})
