import { tableShapes } from '../../tables/key-shapes.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Key, Page, Query, Row, ScanRequest, Store, TableName, Write, WriteOutcome } from '../../tables/store.ts'

export interface IndexLag {
  /** Virtual milliseconds. */
  now(): number
  /** How long after its table an index has the next row that is written, in milliseconds. */
  nextLagMs(): number
  /** Hears of each read of an index that gave other rows than those of the table. */
  onBehind(): void
}

/** A row as a write left it, and when the indexes of its table have it. */
interface Following {
  dueMs: number
  table: TableName
  key: Key
  row: (Row & Key) | undefined
}

/**
 * The database while its indexes lag. DynamoDB updates a global secondary index after its table, so a query of the index may see a row as
 * it was before, or not yet, and never in one moment with others
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html). All indexes of one row follow at the same time here.
 */
export class LaggingIndexes implements Store {
  readonly #inner: Store
  readonly #lag: IndexLag
  /** The rows of tables with indexes, as the indexes have them. */
  readonly #indexed = new MemoryStore()
  readonly #dueMs = new Map<string, number>()
  #following: Following[] = []
  #filled: Promise<void> | undefined

  readonly get: Store['get']
  readonly transactRead: Store['transactRead']
  readonly batchRead: Store['batchRead']

  constructor(inner: Store, lag: IndexLag) {
    this.#inner = inner
    this.#lag = lag
    this.get = (read) => inner.get(read)
    this.transactRead = (reads) => inner.transactRead(reads)
    this.batchRead = (reads) => inner.batchRead(reads)
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    await this.#fill()
    const outcome = await this.#inner.transactWrite(writes, token)
    if (outcome.status === 'committed') for (const write of writes) await this.#follow(write)
    return outcome
  }

  async write(write: Write): ReturnType<Store['write']> {
    await this.#fill()
    const outcome = await this.#inner.write(write)
    if (outcome.status === 'done') await this.#follow(write)
    return outcome
  }

  query(query: Query): Promise<Page> {
    return this.#read(query, (store) => store.query(query))
  }

  scan(scan: ScanRequest): Promise<Page> {
    return this.#read(scan, (store) => store.scan(scan))
  }

  async #read({ index }: { index?: string | undefined }, read: (store: Store) => Promise<Page>): Promise<Page> {
    const current = await read(this.#inner)
    if (index === undefined) return current
    await this.#fill()
    await this.#catchUp()
    const page = await read(this.#indexed)
    if (JSON.stringify(page) !== JSON.stringify(current)) this.#lag.onBehind()
    return page
  }

  /** The indexes have what was there before the first write. */
  #fill(): Promise<void> {
    this.#filled ??= (async () => {
      for (const table of Object.keys(tableShapes) as TableName[]) {
        if (tableShapes[table].indexes.length === 0) continue
        for (const row of (await this.#inner.scan({ table })).rows)
          await this.#indexed.write({ kind: 'put', table, row: row as Row & Key })
      }
    })()
    return this.#filled
  }

  /** The writes of one row are followed in their order. */
  async #follow(write: Write): Promise<void> {
    const { table, kind } = write
    if (kind === 'check' || tableShapes[table].indexes.length === 0) return
    const { pk, sk } = kind === 'put' ? write.row : write.key
    const key: Key = sk === undefined ? { pk } : { pk, sk }
    const address = JSON.stringify([table, pk, sk])
    const dueMs = Math.max(this.#lag.now() + this.#lag.nextLagMs(), this.#dueMs.get(address) ?? 0)
    this.#dueMs.set(address, dueMs)
    this.#following.push({ dueMs, table, key, row: (await this.#inner.get({ table, key })) as (Row & Key) | undefined })
  }

  async #catchUp(): Promise<void> {
    const now = this.#lag.now()
    const due = this.#following.filter(({ dueMs }) => dueMs <= now)
    this.#following = this.#following.filter(({ dueMs }) => dueMs > now)
    for (const { table, key, row } of due.toSorted((a, b) => a.dueMs - b.dueMs))
      await this.#indexed.write(row ? { kind: 'put', table, row } : { kind: 'delete', table, key })
  }
}
