import type { Fetched } from '../live/fetched.ts'
import type { ListPage } from '../wire-saga.ts'

/** A page of a list, put together from the answers of so many requests. */
export interface CollectedPage<Item> extends ListPage<Item> {
  requests: number
}

/**
 * A page of up to `limit` items. The API reads so many rows at a request and no more, so where few among many pass a filter its pages are
 * short; this goes on where each ended. After `requestsMax` requests it stops with what it has, and with a cursor.
 */
export async function collectPages<Item>(
  read: (limit: number, cursor: string | undefined) => Promise<Fetched<ListPage<Item>>>,
  { limit, cursor, requestsMax = 20 }: { limit: number; cursor: string | undefined; requestsMax?: number },
): Promise<Fetched<CollectedPage<Item>>> {
  const items: Item[] = []
  let next = cursor
  for (let requests = 1; ; requests++) {
    const answered = await read(limit - items.length, next)
    if (answered.status !== 'there') return answered
    items.push(...answered.value.items)
    next = answered.value.nextCursor
    if (next === undefined) return { status: 'there', value: { items, requests } }
    if (items.length >= limit || requests >= requestsMax)
      return { status: 'there', value: { items, requests, nextCursor: next } }
  }
}
