import { isDeepStrictEqual } from 'node:util'
import { AwsError } from '../aws-error.ts'
import type { EngineStore, KeyNames, TtlTable } from './engine-store.ts'
import type { Item } from './touched-items.ts'

/** DynamoDB leaves items alone whose time is more than five years past. */
const tooOldSeconds = 5 * 365 * 24 * 60 * 60
const sweptPerRoundMax = 200

export interface TtlSweep {
  /** Removes what has expired, up to a bound. Returns how many items went. */
  run(): Promise<number>
  /** Whether this sweep is removing that item right now: its stream record may be read before it is marked. */
  isRemoving(tableName: string, key: Item): boolean
}

/**
 * Removes expired items as DynamoDB does: each by a delete that holds only while its time is still the one that was read, and
 * with the stream record marked as the service's own. Unlike on AWS, where it takes up to days, it follows within one interval.
 * A kill between delete and mark leaves a record that looks like a client's delete.
 */
export function ttlSweep(
  store: EngineStore,
  remove: (input: Record<string, unknown>) => Promise<unknown>,
  now: () => number,
): TtlSweep {
  let removing: { tableName: string; key: Item } | undefined

  async function sweepItem({ tableName, attribute }: TtlTable, item: Item): Promise<boolean> {
    const names = store.keyNames(tableName)
    const expiry = item[attribute]
    if (!names || !expiry) return false
    const key = keyOf(item, names)
    const lastId = store.lastRecordId()
    removing = { tableName, key }
    try {
      await remove({
        TableName: tableName,
        Key: key,
        ConditionExpression: '#expiry = :expiry',
        ExpressionAttributeNames: { '#expiry': attribute },
        ExpressionAttributeValues: { ':expiry': expiry },
      })
      const removal = store.removalsAfter(tableName, lastId).find((record) => isDeepStrictEqual(record.keys, key))
      if (removal) store.markRemovedByService(removal.id)
      return true
    } catch (error) {
      // Written or taken by a transaction since it was read: the next round looks again.
      if (error instanceof AwsError) return false
      throw error
    } finally {
      removing = undefined
    }
  }

  return {
    async run() {
      const nowSeconds = Math.floor(now() / 1000)
      const range = { fromSeconds: nowSeconds - tooOldSeconds, beforeSeconds: nowSeconds, limit: sweptPerRoundMax }
      let removed = 0
      for (const table of store.ttlTables()) {
        for (const item of store.expiredItems(table, range)) removed += (await sweepItem(table, item)) ? 1 : 0
      }
      return removed
    },
    isRemoving: (tableName, key) => removing?.tableName === tableName && isDeepStrictEqual(removing.key, key),
  }
}

function keyOf(item: Item, { partition, sort }: KeyNames): Item {
  const names = sort === undefined ? [partition] : [partition, sort]
  return Object.fromEntries(names.map((name) => [name, item[name] ?? {}]))
}
