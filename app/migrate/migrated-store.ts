import { isDeepStrictEqual } from 'node:util'
import type { Forms } from '../../domain/migration.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type {
  BatchReadOutcome,
  Key,
  Page,
  Query,
  Read,
  ReadOutcome,
  Row,
  ScanRequest,
  Store,
  TableName,
  Write,
} from '../../tables/store.ts'
import type { Migration } from './migration.ts'
import { StageReader } from './stage-reader.ts'

/**
 * A store in which the code sees one form of each row, whatever is stored: it translates rows by the stage of their migration. Reading asks
 * for the stage only where a row has both forms and they disagree; writing asks for it, at most once per bounded age.
 */
export class MigratedStore implements Store {
  readonly #inner: Store
  readonly #migrations: readonly Migration[]
  readonly #stages: StageReader
  /** A transaction that is sent again under its token must have the same bytes, whatever the stage is by then. */
  readonly #translated = new WeakMap<readonly Write[], readonly Write[]>()

  constructor(inner: Store, runtime: Pick<Runtime, 'now'>, migrations: readonly Migration[]) {
    this.#inner = inner
    this.#migrations = migrations
    this.#stages = new StageReader(inner, runtime, migrations)
  }

  /** What to do with the two forms of a migration. */
  forms(name: string): Promise<Forms> {
    return this.#stages.forms(name)
  }

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    const outcome = await this.#inner.transactRead(reads)
    if (outcome.status !== 'read') return outcome
    return { status: 'read', rows: await this.#seenRows(reads, outcome.rows) }
  }

  async batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    const { rows, unprocessed } = await this.#inner.batchRead(reads)
    return { rows: await this.#seenRows(reads, rows), unprocessed }
  }

  async transactWrite(writes: readonly Write[], token: string) {
    const translated = this.#translated.get(writes) ?? (await Promise.all(writes.map((write) => this.#stored(write))))
    this.#translated.set(writes, translated)
    return this.#inner.transactWrite(translated, token)
  }

  async get(read: Read): Promise<Row | undefined> {
    const row = await this.#inner.get(read)
    return row && this.#seen(read.table, row)
  }

  async write(write: Write) {
    return this.#inner.write(await this.#stored(write))
  }

  async query(query: Query): Promise<Page> {
    return this.#seenPage(query.table, await this.#inner.query(query))
  }

  async scan(scan: ScanRequest): Promise<Page> {
    return this.#seenPage(scan.table, await this.#inner.scan(scan))
  }

  #seenRows(reads: readonly Read[], rows: readonly (Row | undefined)[]): Promise<(Row | undefined)[]> {
    return Promise.all(rows.map((row, index) => row && this.#seen(reads[index]?.table, row)))
  }

  async #seenPage(table: TableName, { rows, ...page }: Page): Promise<Page> {
    return { ...page, rows: await Promise.all(rows.map((row) => this.#seen(table, row))) }
  }

  async #seen(table: TableName | undefined, row: Row): Promise<Row> {
    let seen = row
    for (const { name, lens } of this.#migrations) {
      if (!table || !lens.concerns(table, seen)) continue
      const byOld = lens.read(seen, 'old')
      const byNew = lens.read(seen, 'new')
      const agree = isDeepStrictEqual(byOld, byNew)
      seen = agree || (await this.#stages.forms(name)).reads === 'new' ? byNew : byOld
    }
    return seen
  }

  async #stored(write: Write): Promise<Write> {
    if (write.kind !== 'put') return write
    let row: Row & Key = write.row
    for (const { name, lens } of this.#migrations)
      if (lens.concerns(write.table, row)) row = lens.write(row, (await this.#stages.forms(name)).writes) as Row & Key
    return { ...write, row }
  }
}
