import { describe, expect, it } from 'vitest'
import type { RowChange } from '../../dynamodb/row-feed.ts'
import { developer, itemKey, ownDynamoDb, put, tickets } from './own-dynamodb.ts'

/** A database, what its listener was told, and calls of it. */
async function listened(tableNames = ['Tickets']) {
  const db = await ownDynamoDb({ tables: [tickets, { ...tickets, TableName: 'Others' }] })
  const received: RowChange[] = []
  const stop = db.onRowChange(tableNames, (change) => received.push(change))
  const call = (operation: string, input: object) =>
    db.dynamodb.handle(operation, input as Record<string, unknown>, developer)
  const images = () =>
    received.splice(0).map(({ before, after }) => [before, after].map((text) => (text ? JSON.parse(text) : undefined)))
  return { db, received, stop, call, images }
}

const row = (pk: string, rest: object = {}) => ({ ...itemKey(pk), ...rest })
const setN = (pk: string, n: number) => ({
  TableName: 'Tickets',
  Key: itemKey(pk),
  UpdateExpression: 'SET n = :n',
  ExpressionAttributeValues: { ':n': { N: String(n) } },
})

describe('who listens to the rows of a table', () => {
  it('is told each row before and after: put, updated, deleted', async () => {
    const { db, call, images } = await listened()
    await put(db, 'a', { n: { N: '1' } })
    await call('UpdateItem', setN('a', 2))
    await call('DeleteItem', { TableName: 'Tickets', Key: itemKey('a') })
    expect(images()).toEqual([
      [undefined, row('a', { n: { N: '1' } })],
      [row('a', { n: { N: '1' } }), row('a', { n: { N: '2' } })],
      [row('a', { n: { N: '2' } }), undefined],
    ])
  })

  it('is told every row of a transaction, but none that it only checks, and none of another table', async () => {
    const { db, call, images } = await listened()
    await put(db, 'checked')
    images()
    await call('TransactWriteItems', {
      TransactItems: [
        { Put: { TableName: 'Tickets', Item: row('a') } },
        { Update: setN('b', 1) },
        { Put: { TableName: 'Others', Item: row('a') } },
        {
          ConditionCheck: {
            TableName: 'Tickets',
            Key: itemKey('checked'),
            ConditionExpression: 'attribute_exists(pk)',
          },
        },
      ],
    })
    expect(images()).toEqual([
      [undefined, row('a')],
      [undefined, row('b', { n: { N: '1' } })],
    ])
  })

  it('is told nothing of what was refused or changed nothing', async () => {
    const { db, call, received } = await listened()
    await put(db, 'a', { n: { N: '1' } })
    received.splice(0)
    await call('UpdateItem', setN('a', 1))
    const refused = { ...setN('a', 9), ConditionExpression: 'attribute_not_exists(pk)' }
    await expect(call('UpdateItem', refused)).rejects.toThrow(/conditional request failed/i)
    await expect(call('TransactWriteItems', { TransactItems: [{ Update: refused }] })).rejects.toThrow(/cancelled/)
    expect(received).toEqual([])
  })

  it('fails no call when it fails, and is told nothing once it has stopped', async () => {
    const { db, stop, received } = await listened()
    const stopFailing = db.onRowChange(['Tickets'], () => {
      throw new Error('a listener that fails')
    })
    await put(db, 'a')
    expect(received).toHaveLength(1)
    stopFailing()
    stop()
    await put(db, 'b')
    expect(received).toHaveLength(1)
  })

  it('does not hold up calls on tables whose keys are no texts', async () => {
    const numbered = {
      TableName: 'Numbered',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
    }
    const db = await ownDynamoDb({ tables: [numbered] })
    const received: RowChange[] = []
    db.onRowChange(['Numbered'], (change) => received.push(change))
    const item = { TableName: 'Numbered', Item: { pk: { N: '1' } } }
    await db.dynamodb.handle('PutItem', item, developer)
    expect(received).toEqual([])
  })
})
