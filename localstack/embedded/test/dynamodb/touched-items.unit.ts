import { describe, expect, it } from 'vitest'
import { touchedItems } from '../../dynamodb/touched-items.ts'

const keyNames = (tableName: string) => (tableName === 'T' ? { partition: 'pk', sort: 'sk' } : undefined)
const ids = (operation: string, input: Record<string, unknown>) =>
  touchedItems(operation, input, keyNames).map((item) => item?.id)
const key = { pk: { S: 'a' }, sk: { N: '1' } }

describe('the items of a request', () => {
  it('are the same when given by key or as whole items, in a transaction or alone', () => {
    const [alone] = ids('DeleteItem', { TableName: 'T', Key: key })
    const action = { TableName: 'T', Key: key }
    const put = { TableName: 'T', Item: { ...key, other: { S: 'x' } } }
    const TransactItems = [
      { Put: put },
      { Update: action },
      { Delete: action },
      { ConditionCheck: action },
      { Get: action },
    ]
    expect(ids('TransactWriteItems', { TransactItems })).toEqual([alone, alone, alone, alone, alone])
    const RequestItems = { T: [{ PutRequest: { Item: put.Item } }, { DeleteRequest: { Key: key } }] }
    expect(ids('BatchWriteItem', { RequestItems })).toEqual([alone, alone])
  })

  it('are equal for equal numbers in any notation', () => {
    const at = (N: string) => ids('PutItem', { TableName: 'T', Item: { ...key, sk: { N } } })[0]
    expect(at('1.0')).toBe(at('1'))
    expect(at('2')).not.toBe(at('1'))
  })

  it('do not confuse tables or parts of a key', () => {
    const at = (pk: string, sk: string) => ids('PutItem', { TableName: 'T', Item: { pk: { S: pk }, sk: { S: sk } } })[0]
    expect(at('a","b', 'c')).not.toBe(at('a', 'b","c'))
  })

  it.each([
    [
      {
        TransactItems: [{ Put: { TableName: 'Other', Item: key } }, {}, { Put: { TableName: 'T', Item: { pk: 'a' } } }],
      },
      3,
    ],
    [{ TransactItems: 'nonsense' }, 0],
    [{ TransactItems: [null, 7] }, 2],
  ])('are unknown for an invalid request, which the engine refuses: %j', (input, count) => {
    expect(ids('TransactWriteItems', input)).toEqual(Array.from({ length: count }, () => undefined))
  })
})
