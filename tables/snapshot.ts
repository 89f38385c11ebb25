import type { RowRead } from './keys.ts'
import type { Retries } from './retries.ts'
import type { Row, Store } from './store.ts'

/** Each named row, parsed; undefined when it does not exist. */
export type Snapshot<Reads> = { [K in keyof Reads]: Reads[K] extends RowRead<infer T> ? T | undefined : never }

type NamedReads = Record<string, RowRead<unknown>>
type Rows<Reads> = { status: 'read'; rows: Snapshot<Reads> } | { status: 'conflicted' }

/**
 * Reads all rows as of one moment. Retries while a transaction is in progress on any of them; `conflicted` when the deadline of `retries`
 * passes.
 */
export async function readSnapshot<Reads extends NamedReads>(
  store: Store,
  retries: Retries,
  reads: Reads,
): Promise<Rows<Reads>> {
  const distinct = distinctReads(reads)
  do {
    const outcome = await store.transactRead(distinct)
    if (outcome.status !== 'read') continue
    const found = new Map(distinct.map((read, index) => [address(read), outcome.rows[index]]))
    return { status: 'read', rows: parsed(reads, found) }
  } while (await retries.next())
  return { status: 'conflicted' }
}

/**
 * Reads all rows as of one moment, for code that is run again when it fails. Throws `Error` when other transactions leave no room until the
 * deadline of `retries`.
 */
export async function requireSnapshot<Reads extends NamedReads>(
  store: Store,
  retries: Retries,
  reads: Reads,
): Promise<Snapshot<Reads>> {
  const snapshot = await readSnapshot(store, retries, reads)
  if (snapshot.status === 'read') return snapshot.rows
  throw new Error(`${Object.keys(reads).join(', ')} could not be read: other transactions kept writing to these rows`)
}

/**
 * Reads each row as it is at some moment between call and answer, for half the price of a snapshot and without meeting transactions in
 * progress: of these, some rows may be as before and others as after. Rows that the database leaves out are read again, and never taken for
 * absent; `conflicted` when the deadline of `retries` passes before all are read.
 */
export async function readRows<Reads extends NamedReads>(
  store: Store,
  retries: Retries,
  reads: Reads,
): Promise<Rows<Reads>> {
  const found = new Map<string, Row | undefined>()
  let left = distinctReads(reads)
  do {
    const { rows, unprocessed } = await store.batchRead(left)
    const isLeft = new Set(unprocessed)
    left.forEach((read, index) => {
      if (!isLeft.has(index)) found.set(address(read), rows[index])
    })
    left = left.filter((_, index) => isLeft.has(index))
    if (left.length === 0) return { status: 'read', rows: parsed(reads, found) }
  } while (await retries.next())
  return { status: 'conflicted' }
}

/** DynamoDB rejects a request that contains a row twice, but the actor and the target may be the same row. */
function distinctReads(reads: NamedReads): RowRead<unknown>[] {
  return [...new Map(Object.values(reads).map((read) => [address(read), read])).values()]
}

function parsed<Reads extends NamedReads>(reads: Reads, found: ReadonlyMap<string, Row | undefined>): Snapshot<Reads> {
  const entries = Object.entries(reads).map(([name, read]) => {
    const row = found.get(address(read))
    return [name, row && read.parse(row)] as const
  })
  return Object.fromEntries(entries) as Snapshot<Reads>
}

function address({ table, key }: RowRead<unknown>): string {
  return `${table} ${key.pk} ${key.sk ?? ''}`
}
