import { describe, expect, it } from 'vitest'
import { createFaultBook } from '../../faults/fault-book.ts'
import { FaultRule, type FaultRuleInput } from '../../faults/rule.ts'

function bookOf(...rules: FaultRuleInput[]) {
  const book = createFaultBook()
  for (const rule of rules) expect(book.add(FaultRule.parse(rule))).toBe(true)
  return book
}

const put = {
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  resources: ['app-Tickets', 'app-Outbox'],
  function: 'app-create-ticket',
  content: { TransactItems: [{ Put: { Item: { pk: { S: 'TENANT#acme#TICKET#1' } } } }] },
}

const lose = { at: 'call', fault: { do: 'lose-answer' } } as const

/** Which of so many equal calls get the fault, from 1. */
function injected(
  rule: Omit<FaultRuleInput & { at: 'call' }, 'name' | 'where' | 'fault' | 'at'>,
  calls: number,
): number[] {
  const book = bookOf({ name: 'r', ...lose, where: {}, ...rule })
  return Array.from({ length: calls }, (_, index) => index + 1).filter(() => book.match('call', put).injection)
}

describe('a fault rule', () => {
  it.each([
    [{}, true],
    [{ service: 'dynamodb', operation: 'Transact*', resource: '*-Outbox' }, true],
    [{ function: '*-create-ticket', key: 'TENANT#acme#*' }, true],
    [{ key: ['*#acme#*', '*#TICKET#1'] }, true],
    [{ key: ['*#acme#*', '*#TICKET#2'] }, false],
    [{ service: 'sqs' }, false],
    [{ operation: 'TransactGetItems' }, false],
    [{ resource: '*-Events' }, false],
    [{ function: '*-add-comment' }, false],
    [{ key: 'TENANT#globex#*' }, false],
  ])('fires only when everything under where matches: %j', (where, expected) => {
    const book = bookOf({ name: 'r', ...lose, where })
    expect(book.match('call', put).injection !== undefined).toBe(expected)
    expect(book.list()[0]).toMatchObject({ matched: Number(expected), fired: Number(expected) })
  })

  it('for a function does not match calls from outside the stack', () => {
    const book = bookOf({ name: 'r', ...lose, where: { function: '*' } })
    expect(book.match('call', { ...put, function: undefined }).injection).toBeUndefined()
  })

  it('fires at the n-th call, at the first few, or from a given one on', () => {
    expect(injected({ from: 3, times: 1 }, 6)).toEqual([3])
    expect(injected({ times: 2 }, 6)).toEqual([1, 2])
    expect(injected({ from: 5 }, 6)).toEqual([5, 6])
    expect(injected({}, 3)).toEqual([1, 2, 3])
  })

  it('fires with a probability: at the same calls for the same seed, at others for another', () => {
    const some = injected({ probability: 0.3, seed: 7 }, 200)
    expect(some.length).toBeGreaterThan(30)
    expect(some.length).toBeLessThan(90)
    expect(injected({ probability: 0.3, seed: 7 }, 200)).toEqual(some)
    expect(injected({ probability: 0.3, seed: 8 }, 200)).not.toEqual(some)
    expect(injected({ probability: 0, seed: 7 }, 50)).toEqual([])
    expect(injected({ probability: 0.3, seed: 7, times: 4 }, 200)).toHaveLength(4)
  })

  it('fires alone: of two that match, the first that is due', () => {
    const book = bookOf({ name: 'second', ...lose, where: {}, from: 2 }, { name: 'any', ...lose, where: {} })
    expect([1, 2].map(() => book.match('call', put).injection?.rule.name)).toEqual(['any', 'second'])
    expect(book.list().map(({ name, matched, fired }) => [name, matched, fired])).toEqual([
      ['second', 2, 1],
      ['any', 1, 1],
    ])
  })

  it('does not confuse calls and invocations, and reverses no batch of one', () => {
    const book = bookOf({ name: 'r', at: 'invocation', where: {}, fault: { do: 'reverse' } })
    expect(book.match('call', put).injection).toBeUndefined()
    expect(book.match('invocation', { content: {}, records: 1 }).injection).toBeUndefined()
    expect(book.match('invocation', { content: {}, records: 2 }).injection?.rule.name).toBe('r')
  })

  it('releases a call when enough later ones have completed, and counts no others', async () => {
    const where = { service: 'dynamodb' }
    const held = bookOf({ name: 'r', at: 'call', where, fault: { do: 'overtaken', by: 2 }, from: 2, times: 1 })
    const first = held.match('call', put)
    const { injection } = held.match('call', put)
    let gone = false
    void injection?.overtaken(2).then(() => (gone = true))
    const settle = () => new Promise(setImmediate)
    first.completed()
    held.match('call', { ...put, service: 'sqs' }).completed()
    held.match('invocation', put).completed()
    held.match('call', put).completed()
    await settle()
    expect(gone).toBe(false)
    held.match('call', put).completed()
    await settle()
    expect(gone).toBe(true)
  })

  it('is not counted as fired when it had no effect', () => {
    const book = bookOf({ name: 'r', at: 'call', where: {}, fault: { do: 'overtaken' } })
    book.match('call', put).injection?.discard()
    expect(book.list()[0]).toMatchObject({ matched: 1, fired: 0 })
  })

  it('has a unique name, and its removal releases what it holds', () => {
    const book = bookOf({ name: 'r', ...lose, where: {} })
    expect(book.add(FaultRule.parse({ name: 'r', ...lose, where: {} }))).toBe(false)
    const removed = book.match('call', put).injection?.removed
    expect(removed?.aborted).toBe(false)
    expect([book.remove('r'), book.remove('r'), removed?.aborted]).toEqual([true, false, true])
    expect(book.isEmpty()).toBe(true)
  })
})
