import { afterEach, describe, expect, it } from 'vitest'
import type { DynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { createFaults, type Faults } from '../../faults/faults.ts'
import { mixItems } from '../../faults/half-applied.ts'
import { FaultRule, type FaultRuleInput } from '../../faults/rule.ts'
import { developer, itemKey, ownDynamoDb, put } from '../dynamodb/own-dynamodb.ts'

let faults: Faults | undefined
afterEach(() => faults?.stop())

type Item = Record<string, Record<string, string>>
interface Answer {
  Items?: Item[]
  Responses?: Record<string, Item[]>
}

/** DynamoDB behind fault rules, as at the edge. */
async function fixture(rule?: Partial<FaultRuleInput>) {
  const db = await ownDynamoDb()
  const made = createFaults({
    log: { info: () => {}, warn: () => {} },
    functionOf: () => undefined,
    keyNames: db.keyNames,
    crash: () => {},
    killStack: () => {},
  })
  faults = made
  const fault = { do: 'half-applied', share: 0.5, ms: 10_000 } as const
  if (rule) made.book.add(FaultRule.parse({ name: 'half', at: 'call', where: {}, fault, ...rule }))
  const ask = async (operation: string, input: Record<string, unknown>, answered = () => {}): Promise<Answer> => {
    const call = { service: 'dynamodb', operation, input, principal: developer }
    const { body } = await made.interceptor(call, async () => {
      const answer = await db.dynamodb.answer(operation, input, Buffer.from(JSON.stringify(input)), developer)
      answered()
      return answer
    })
    return JSON.parse(String(body)) as Answer
  }
  /** Begins a read, and commits a transaction once it has read for the first time. */
  const readBeside = async (operation: string, input: Record<string, unknown>, TransactItems: unknown[]) => {
    const begun = Promise.withResolvers<void>()
    const reading = ask(operation, input, begun.resolve)
    await begun.promise
    await ask('TransactWriteItems', { TransactItems })
    return reading
  }
  return { db, faults: made, ask, readBeside }
}

const query = {
  TableName: 'Tickets',
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: 'a' } },
  ConsistentRead: true,
}
const row = (sk: string, v: number) => ({ ...itemKey('a', sk), v: { N: String(v) } })
const putRow = (sk: string, v: number) => ({ Put: { TableName: 'Tickets', Item: row(sk, v) } })
const four = ['1', '2', '3', '4']
const versions = (items: Item[] = []) => items.map(({ v }) => v?.N)

const fill = (db: DynamoDb) =>
  Promise.all(four.map((sk) => db.dynamodb.handle('PutItem', { TableName: 'Tickets', Item: row(sk, 0) }, developer)))

describe('with the fault half-applied', () => {
  it('a Query sees some rows of a transaction as before it and the others as after it, by the seed', async () => {
    const seen: unknown[] = []
    for (const seed of [3, 3, 8]) {
      const { db, faults: made, readBeside } = await fixture({ seed })
      await fill(db)
      const { Items } = await readBeside(
        'Query',
        query,
        four.map((sk) => putRow(sk, 1)),
      )
      expect(new Set(versions(Items))).toEqual(new Set(['0', '1']))
      expect(made.book.list()[0]).toMatchObject({ fired: 1 })
      seen.push(versions(Items))
    }
    expect(seen[1]).toEqual(seen[0])
    expect(seen[2]).not.toEqual(seen[0])
  })

  it('a Query sees one of two rows that a transaction adds', async () => {
    const { readBeside } = await fixture({ seed: 3 })
    const answer = await readBeside('Query', query, [putRow('1', 1), putRow('2', 1)])
    expect(answer).toMatchObject({ Items: [{ v: { N: '1' } }], Count: 1 })
  })

  it('a Scan and a BatchGetItem do too', async () => {
    for (const [operation, input] of [
      ['Scan', { TableName: 'Tickets' }],
      ['BatchGetItem', { RequestItems: { Tickets: { Keys: four.map((sk) => itemKey('a', sk)) } } }],
    ] as const) {
      const { db, readBeside } = await fixture({ seed: 3 })
      await fill(db)
      const { Items, Responses } = await readBeside(
        operation,
        input,
        four.map((sk) => putRow(sk, 1)),
      )
      expect(new Set(versions(Items ?? Responses?.Tickets)), operation).toEqual(new Set(['0', '1']))
    }
  })

  it('a read that answers one of the rows alone, or is a snapshot, is left as it is', async () => {
    const { db, faults: made, ask } = await fixture({ seed: 3 })
    await put(db, 'a')
    for (const operation of ['GetItem', 'PutItem', 'DeleteItem'])
      await ask(operation, { TableName: 'Tickets', Key: itemKey('a'), Item: itemKey('a') })
    await ask('TransactGetItems', { TransactItems: [{ Get: { TableName: 'Tickets', Key: itemKey('b') } }] })
    expect(made.book.list()[0]).toMatchObject({ matched: 0 })
  })

  it('a read beside which nothing is committed is answered as it was, and not counted', async () => {
    const { db, faults: made, ask } = await fixture({ fault: { do: 'half-applied', ms: 1 } } as Partial<FaultRuleInput>)
    await fill(db)
    expect(versions((await ask('Query', query)).Items)).toEqual(['0', '0', '0', '0'])
    expect(made.book.list()[0]).toMatchObject({ matched: 1, fired: 0 })
  })

  it('a read without the keys of its items sees all of a transaction', async () => {
    const { db, readBeside } = await fixture({ seed: 3 })
    await fill(db)
    const projected = { ...query, ProjectionExpression: 'v' }
    const { Items } = await readBeside(
      'Query',
      projected,
      four.map((sk) => putRow(sk, 1)),
    )
    expect(versions(Items)).toEqual(['1', '1', '1', '1'])
  })
})

describe('without the fault', () => {
  it('no Query ever sees a transaction half applied', async () => {
    const { db, ask } = await fixture()
    await fill(db)
    for (let round = 1; round <= 20; round++) {
      const [, ...answers] = await Promise.all([
        ask('TransactWriteItems', { TransactItems: four.map((sk) => putRow(sk, round)) }),
        ...four.map(() => ask('Query', query)),
      ])
      for (const { Items } of answers) expect(new Set(versions(Items)).size).toBe(1)
    }
  })
})

describe('a mixture of two lists of items', () => {
  const keyOf = (item: unknown) => (item as { k: string }).k
  const items = (...texts: string[]) => texts.map((text) => ({ k: text[0] ?? '', v: text.slice(1) }))
  const alternately = (first: boolean) => {
    let next = !first
    return () => {
      next = !next
      return next
    }
  }

  it('keeps the order, and has what went and what came by chance', () => {
    expect(mixItems(items('a1', 'b1', 'd1'), items('a2', 'c2', 'd1'), keyOf, alternately(true))).toBeUndefined()
    expect(mixItems(items('a1', 'b1', 'd1'), items('b1', 'c2', 'd2'), keyOf, alternately(true))).toEqual(
      items('a1', 'b1', 'c2', 'd1'),
    )
    expect(mixItems(items('a1', 'b1', 'd1'), items('b1', 'c2', 'd2'), keyOf, alternately(false))).toEqual(
      items('b1', 'd2'),
    )
  })

  it('is none when the items moved, when their keys are not there, or when nothing is as before', () => {
    expect(mixItems(items('a1', 'b1'), items('b1', 'a1'), keyOf, alternately(true))).toBeUndefined()
    expect(mixItems(items('a1'), items('a2'), () => undefined, alternately(true))).toBeUndefined()
    expect(mixItems(items('a1', 'b1'), items('a2', 'b1'), keyOf, alternately(false))).toBeUndefined()
    expect(mixItems(items('a1', 'b1'), items('a2', 'b1'), keyOf, alternately(true))).toEqual(items('a1', 'b1'))
  })
})
