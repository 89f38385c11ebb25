import { describe, expect, it } from 'vitest'
import type { DynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { developer, itemKey, ownDynamoDb, put } from './own-dynamodb.ts'

const numbers = (...texts: string[]) => ({ L: texts.map((text) => ({ N: text })) })
const of = (...texts: string[]) => texts.map((text) => ({ N: text }))

async function call(db: DynamoDb, operation: string, input: Record<string, unknown>) {
  return (await db.dynamodb.handle(operation, { TableName: 'Tickets', ...input }, developer)) as Record<string, unknown>
}

async function update(db: DynamoDb, UpdateExpression: string, values?: Record<string, unknown>) {
  const { Attributes } = await call(db, 'UpdateItem', {
    Key: itemKey('a'),
    UpdateExpression,
    ReturnValues: 'ALL_NEW',
    ...(values && { ExpressionAttributeValues: values }),
  })
  return Attributes as Record<string, { L?: unknown }>
}

describe('an update of a list', () => {
  it.each([
    ['REMOVE l[1], l[2]', of('0', '3')],
    ['REMOVE l[0], l[1], l[3]', of('2')],
    ['SET l[3] = :x REMOVE l[0], l[1]', of('2', '9')],
    ['SET l[10] = :x', of('0', '1', '2', '3', '9')],
    ['SET l[10] = :x REMOVE l[0], l[4]', of('1', '2', '3', '9')],
    ['SET l[2000000000] = :x', of('0', '1', '2', '3', '9')],
  ])('takes all indexes as those before it: %s', async (expression, expected) => {
    const db = await ownDynamoDb()
    await put(db, 'a', { l: numbers('0', '1', '2', '3') })
    const values = expression.includes(':x') ? { ':x': { N: '9' } } : undefined
    expect((await update(db, expression, values)).l?.L).toEqual(expected)
  })

  it('removes below nested lists and through names', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { m: { M: { l: { L: [{ N: '0' }, numbers('10', '11', '12'), { N: '2' }] } } } })
    const { m } = await update(db, 'REMOVE m.l[1][0], m.l[1][1], m.l[0]')
    expect(m).toEqual({ M: { l: { L: [numbers('12'), { N: '2' }] } } })
  })

  it('appends in the order of the indexes, and is refused below an element that is not there', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { l: numbers('0') })
    const { l } = await update(db, 'SET l[7] = :b, l[5] = :a', { ':a': { N: '5' }, ':b': { N: '7' } })
    expect(l?.L).toEqual(of('0', '5', '7'))
    await expect(update(db, 'SET l[9].a = :a', { ':a': { N: '1' } })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'The document path provided in the update expression is invalid for update',
    })
  })

  it('loses no element and adds no gap when many append at once, in transactions too', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { l: { L: [] } })
    await Promise.all(
      Array.from({ length: 20 }, (_, number) => update(db, 'SET l[1000] = :x', { ':x': { N: String(number) } })),
    )
    await call(db, 'TransactWriteItems', {
      TransactItems: [
        {
          Update: {
            TableName: 'Tickets',
            Key: itemKey('a'),
            UpdateExpression: 'SET l[1000] = :x',
            ExpressionAttributeValues: { ':x': { N: '20' } },
          },
        },
      ],
    })
    const { Item } = await call(db, 'GetItem', { Key: itemKey('a') })
    const list = (Item as { l: { L: { N: string }[] } }).l.L.map(({ N }) => Number(N))
    expect(list.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, number) => number))
  })

  it.each([
    [
      'UPDATED_NEW',
      'SET l[1] = :x, m.l[0] = :x, n = :x',
      { l: numbers('9'), m: { M: { l: numbers('9') } }, n: { N: '9' } },
    ],
    ['UPDATED_OLD', 'SET l[1] = :x, m.l[0] = :x', { l: numbers('1'), m: { M: { l: numbers('5') } } }],
    ['UPDATED_NEW', 'SET l[7] = :x', { l: numbers('9') }],
  ])('answers the elements that it updated alone: %s %s', async (ReturnValues, UpdateExpression, expected) => {
    const db = await ownDynamoDb()
    await put(db, 'a', { l: numbers('0', '1'), m: { M: { l: numbers('5', '6'), other: { N: '0' } } } })
    const { Attributes } = await call(db, 'UpdateItem', {
      Key: itemKey('a'),
      UpdateExpression,
      ReturnValues,
      ExpressionAttributeValues: { ':x': { N: '9' } },
    })
    expect(Attributes).toEqual(expected)
  })

  it('that also adds to an element that moves is refused by name', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { l: numbers('0', '1') })
    await expect(update(db, 'REMOVE l[0] ADD l[1] :x', { ':x': { N: '1' } })).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining('ADD or DELETE on an element of a list together with REMOVE'),
    })
  })
})

describe('a query', () => {
  const keys = (answer: Record<string, unknown>) => (answer.Items as { sk: { S: string } }[]).map(({ sk }) => sk.S)
  const query = (db: DynamoDb, condition: string, values: Record<string, string>, more: object = {}) =>
    call(db, 'Query', {
      KeyConditionExpression: condition,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(values).map(([name, text]) => [`:${name}`, { S: text }]),
      ),
      ...more,
    })

  it('by prefix heeds case, in both interfaces', async () => {
    const db = await ownDynamoDb()
    for (const sk of ['AB', 'Abc', 'a%c', 'ab', 'ab\u{10ffff}x', 'abd', 'ac'])
      await call(db, 'PutItem', { Item: itemKey('p', sk) })
    expect(keys(await query(db, 'pk = :p AND begins_with(sk, :s)', { p: 'p', s: 'ab' }))).toEqual([
      'ab',
      'abd',
      'ab\u{10ffff}x',
    ])
    expect(keys(await query(db, '(pk = :p) AND (begins_with(sk, :s))', { p: 'p', s: 'a%' }))).toEqual(['a%c'])
    const older = await call(db, 'Query', {
      KeyConditions: {
        pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'p' }] },
        sk: { ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [{ S: 'Ab' }] },
      },
    })
    expect(keys(older)).toEqual(['Abc'])
  })

  it.each([
    [
      itemKey('other', 'k'),
      'pk = :p',
      { p: 'p' },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      itemKey('p', 'A'),
      'pk = :p AND sk > :s',
      { p: 'p', s: 'Z' },
      'The provided starting key does not match the range key predicate',
    ],
    [
      itemKey('p', 'A'),
      'pk = :p AND begins_with(sk, :s)',
      { p: 'p', s: 'a' },
      'The provided starting key does not match the range key predicate',
    ],
  ])('does not start outside of itself: %j', async (ExclusiveStartKey, condition, values, message) => {
    const db = await ownDynamoDb()
    await expect(query(db, condition, values as Record<string, string>, { ExclusiveStartKey })).rejects.toMatchObject({
      code: 'ValidationException',
      message,
    })
  })

  it.each([
    ['pk = :p OR sk = :s', 'Invalid operator used in KeyConditionExpression: OR'],
    ['pk < :p AND sk = :s', 'Query key condition not supported'],
    ['sk = :p AND sk = :s', 'KeyConditionExpressions must only contain one condition per key'],
    ['sk BETWEEN :p AND :s', 'Query condition missed key schema element: pk'],
    ['pk = :p AND x = :s', 'Query condition missed key schema element: sk'],
    ['pk = :p AND sk.a = :s', 'KeyConditionExpressions cannot have conditions on nested attributes'],
    ['pk = :p AND contains(sk, :s)', 'Invalid operator used in KeyConditionExpression: contains'],
  ])('by what is no key condition is refused: %s', async (condition, message) => {
    const db = await ownDynamoDb()
    await expect(query(db, condition, { p: 'p', s: 's' })).rejects.toMatchObject({
      code: 'ValidationException',
      message,
    })
  })

  it('by a value of another type than the key, or by an empty one, is refused', async () => {
    const db = await ownDynamoDb()
    const by = (value: unknown) =>
      call(db, 'Query', { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': value } })
    await expect(by({ N: '1' })).rejects.toThrow('Condition parameter type does not match schema type')
    await expect(by({ S: '' })).rejects.toThrow('cannot contain an empty string value. Key: pk')
  })
})

describe('an item of a transaction', () => {
  it.each([
    [
      { Put: { TableName: 'Tickets', Item: itemKey('a') }, Delete: { TableName: 'Tickets', Key: itemKey('a') } },
      'TransactItems can only contain one of Check, Put, Update or Delete',
    ],
    [{}, 'Invalid Request: TransactWriteRequest should contain Delete or Put or Update request'],
  ])('has exactly one action, else the transaction is refused: %j', async (item, message) => {
    const db = await ownDynamoDb()
    await expect(call(db, 'TransactWriteItems', { TransactItems: [item] })).rejects.toMatchObject({
      code: 'ValidationException',
      message,
    })
  })
})

describe('a value that DynamoDB refuses', () => {
  it.each([
    [{ SS: [] }, 'One or more parameter values were invalid: An string set  may not be empty'],
    [{ SS: ['a', 'a'] }, 'One or more parameter values were invalid: Input collection [a, a] contains duplicates.'],
    [{ N: '1'.repeat(39) }, 'Attempting to store more than 38 significant digits in a Number'],
    [{ S: 'x'.repeat(400 * 1024) }, 'Item size has exceeded the maximum allowed size'],
  ])('is refused in its words, case %#', async (value, message) => {
    const db = await ownDynamoDb()
    await expect(put(db, 'a', { value })).rejects.toMatchObject({ code: 'ValidationException', message })
  })
})
