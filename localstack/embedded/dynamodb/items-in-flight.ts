/**
 * What a request does to items while it is in flight:
 * `transaction` TransactWriteItems, its condition checks included; `write` a single or batch write; `snapshot` TransactGetItems.
 */
export type Access = 'transaction' | 'write' | 'snapshot'

/** Either the request may go ahead, until `done` is called, or these of its items (by position) are taken. */
export type Entry = { done: () => void } | { conflicts: ReadonlySet<number> }

/**
 * Which items are being written right now, so that overlapping requests conflict as on DynamoDB: a transaction with a
 * transaction, a write with a transaction, a transactional read with a transaction or a write. Plain reads never do.
 * Source: DynamoDB developer guide, "Transaction conflict handling in DynamoDB".
 */
export interface ItemsInFlight {
  enter(access: Access, items: readonly string[]): Entry
  /** Resolves when it is worth asking again; undefined when nobody holds any of the items. */
  whenNotHeld(items: readonly string[]): Promise<void> | undefined
  /**
   * Waits for the writes of these items that are in flight, and makes later ones wait until `release`: for a write that depends on what was
   * read just before. Transactions in flight don't wait; they conflict.
   */
  hold(items: readonly string[]): Promise<{ release: () => void }>
}

export function itemsInFlight(): ItemsInFlight {
  const inTransaction = new Map<string, number>()
  const inWrite = new Map<string, number>()
  const held = new Set<string>()
  const waiting: (() => void)[] = []
  const changed = () => {
    for (const look of waiting.splice(0)) look()
  }

  const change = () => new Promise<void>((look) => waiting.push(look))

  return {
    whenNotHeld: (items) => (held.size > 0 && items.some((item) => held.has(item)) ? change() : undefined),
    async hold(items) {
      while (items.some((item) => held.has(item))) await change()
      for (const item of items) held.add(item)
      while (items.some((item) => inWrite.has(item))) await change()
      return {
        release() {
          for (const item of items) held.delete(item)
          changed()
        },
      }
    },
    enter(access, items) {
      const conflicts = new Set<number>()
      items.forEach((item, position) => {
        if (inTransaction.has(item) || (access === 'snapshot' && inWrite.has(item))) conflicts.add(position)
      })
      if (conflicts.size > 0) return { conflicts }
      if (access === 'snapshot') return { done: () => {} }
      const taken = access === 'transaction' ? inTransaction : inWrite
      for (const item of items) taken.set(item, (taken.get(item) ?? 0) + 1)
      return {
        done() {
          for (const item of items) {
            const others = (taken.get(item) ?? 1) - 1
            if (others === 0) taken.delete(item)
            else taken.set(item, others)
          }
          if (waiting.length > 0) changed()
        },
      }
    },
  }
}
