import { describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { DynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { developer, itemKey, ownDynamoDb, put } from './own-dynamodb.ts'

const write = (db: DynamoDb, pks: string[], more: Record<string, unknown> = {}) =>
  db.dynamodb.handle(
    'TransactWriteItems',
    {
      TransactItems: pks.map((pk) => ({ Put: { TableName: 'Tickets', Item: { ...itemKey(pk), by: { S: 'tx' } } } })),
      ...more,
    },
    developer,
  )
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => error,
  )
const ongoing = { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }

describe('requests that overlap on an item', () => {
  it('conflict with the transaction in flight, each with the error of its operation', async () => {
    const db = await ownDynamoDb()
    const first = write(db, ['a', 'b'])
    const others = await Promise.all([
      outcome(write(db, ['x', 'b'])),
      outcome(put(db, 'a')),
      outcome(
        db.dynamodb.handle(
          'TransactGetItems',
          { TransactItems: [{ Get: { TableName: 'Tickets', Key: itemKey('a') } }] },
          developer,
        ),
      ),
      outcome(
        db.dynamodb.handle(
          'TransactWriteItems',
          {
            TransactItems: [
              {
                ConditionCheck: {
                  TableName: 'Tickets',
                  Key: itemKey('a'),
                  ConditionExpression: 'attribute_exists(pk)',
                },
              },
            ],
          },
          developer,
        ),
      ),
      outcome(db.dynamodb.handle('GetItem', { TableName: 'Tickets', Key: itemKey('a') }, developer)),
      outcome(db.dynamodb.handle('Scan', { TableName: 'Tickets' }, developer)),
    ])
    expect(others).toEqual([
      expect.objectContaining({
        code: 'TransactionCanceledException',
        message:
          'Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]',
        details: expect.objectContaining({ CancellationReasons: [{ Code: 'None' }, ongoing] }),
      }),
      expect.objectContaining({ code: 'TransactionConflictException', message: 'Transaction is ongoing for the item' }),
      expect.objectContaining({ details: expect.objectContaining({ CancellationReasons: [ongoing] }) }),
      expect.objectContaining({ details: expect.objectContaining({ CancellationReasons: [ongoing] }) }),
      'done',
      'done',
    ])
    await first
    await put(db, 'a')
  })

  it('write nothing that was refused, and a batch returns the items it could not write', async () => {
    const db = await ownDynamoDb()
    const request = (pk: string) => ({ PutRequest: { Item: itemKey(pk) } })
    const [, refused, batch] = await Promise.all([
      write(db, ['a']),
      outcome(write(db, ['a', 'never'])),
      db.dynamodb.handle('BatchWriteItem', { RequestItems: { Tickets: [request('a'), request('c')] } }, developer),
    ])
    expect(refused).toBeInstanceOf(AwsError)
    expect(batch).toEqual({ UnprocessedItems: { Tickets: [request('a')] } })
    const { Items } = (await db.dynamodb.handle('Scan', { TableName: 'Tickets' }, developer)) as {
      Items: { pk: { S: string } }[]
    }
    expect(Items.map((item) => item.pk.S).sort()).toEqual(['a', 'c'])
  })

  it('all succeed after retries when they compete for one item, with real conflicts on the way', async () => {
    const db = await ownDynamoDb()
    let conflicts = 0
    const add = async (): Promise<unknown> => {
      try {
        return await db.dynamodb.handle(
          'TransactWriteItems',
          {
            TransactItems: [
              {
                Update: {
                  TableName: 'Tickets',
                  Key: itemKey('counter'),
                  UpdateExpression: 'ADD hits :one',
                  ExpressionAttributeValues: { ':one': { N: '1' } },
                },
              },
            ],
          },
          developer,
        )
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'TransactionCanceledException') throw error
        conflicts += 1
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
        return add()
      }
    }
    await Promise.all(Array.from({ length: 20 }, add))
    expect(conflicts).toBeGreaterThan(0)
    const { Item } = (await db.dynamodb.handle(
      'GetItem',
      { TableName: 'Tickets', Key: itemKey('counter') },
      developer,
    )) as {
      Item: { hits: { N: string } }
    }
    expect(Item.hits.N).toBe('20')
  })
})

describe('a client request token', () => {
  it('is refused while its transaction is in flight, and later answered without a second effect, even after a restart', async () => {
    const db = await ownDynamoDb()
    const first = write(db, ['a'], { ClientRequestToken: 'T' })
    await expect(write(db, ['a'], { ClientRequestToken: 'T' })).rejects.toMatchObject({
      code: 'TransactionInProgressException',
    })
    await first
    await put(db, 'a', { by: { S: 'someone else' } })
    expect(await write(db, ['a'], { ClientRequestToken: 'T', ReturnConsumedCapacity: 'NONE' })).toEqual({})
    const { Item } = (await db.dynamodb.handle('GetItem', { TableName: 'Tickets', Key: itemKey('a') }, developer)) as {
      Item: unknown
    }
    expect(Item).toEqual({ ...itemKey('a'), by: { S: 'someone else' } })
    await expect(write(db, ['b'], { ClientRequestToken: 'T' })).rejects.toMatchObject({
      code: 'IdempotentParameterMismatchException',
    })
  })

  it('can be used again when its transaction was cancelled', async () => {
    const db = await ownDynamoDb()
    const Put = { TableName: 'Tickets', Item: itemKey('a'), ConditionExpression: 'attribute_exists(pk)' }
    const input = { TransactItems: [{ Put }], ClientRequestToken: 'T' }
    await expect(db.dynamodb.handle('TransactWriteItems', input, developer)).rejects.toMatchObject({
      details: { CancellationReasons: [expect.objectContaining({ Code: 'ConditionalCheckFailed' })] },
    })
    await put(db, 'a')
    expect(await db.dynamodb.handle('TransactWriteItems', input, developer)).toEqual({})
  })
})
