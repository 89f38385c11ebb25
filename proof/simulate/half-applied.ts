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
  WriteOutcome,
} from '../../tables/store.ts'
import { errorNamed } from './process.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * The database while transactions are being applied. DynamoDB makes a transaction atomic for other transactions only: plain reads, one
 * after the other, may see some of its rows written and others not yet. Meanwhile every write to its rows, and every transactional
 * read of them, meets a conflict.
 */
export class HalfApplied implements Store {
  readonly #inner: Store
  readonly #scheduler: Scheduler
  /** Rows by address: until when each is part of a transaction, and what plain reads still see of it. */
  readonly #rows = new Map<string, { untilMs: number; seen?: { before: Row | undefined } }>()

  constructor(inner: Store, scheduler: Scheduler) {
    this.#inner = inner
    this.#scheduler = scheduler
  }

  /** Applies a transaction over `forMs`, during which plain reads see the rows before it for which `isLate` is true. */
  async apply(
    writes: readonly Write[],
    token: string,
    { forMs, isLate }: { forMs: number; isLate: (index: number) => boolean },
  ): Promise<WriteOutcome> {
    if (this.#isBusy(writes.map(addressOfWrite))) return this.#conflictOf(writes)
    const before = await Promise.all(writes.map((write) => this.#inner.get({ table: write.table, key: keyOf(write) })))
    const outcome = await this.#inner.transactWrite(writes, token)
    if (outcome.status !== 'committed') return outcome
    const untilMs = this.#scheduler.nowMs + forMs
    for (const [index, write] of writes.entries())
      this.#rows.set(addressOfWrite(write), { untilMs, ...(isLate(index) && { seen: { before: before[index] } }) })
    return outcome
  }

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    return this.#isBusy(reads.map(addressOf)) ? { status: 'conflict' } : this.#inner.transactRead(reads)
  }

  async batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    return { rows: await Promise.all(reads.map((read) => this.get(read))), unprocessed: [] }
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    return this.#isBusy(writes.map(addressOfWrite))
      ? this.#conflictOf(writes)
      : this.#inner.transactWrite(writes, token)
  }

  async write(write: Write): ReturnType<Store['write']> {
    if (this.#isBusy([addressOfWrite(write)])) throw errorNamed('TransactionConflictException')
    return this.#inner.write(write)
  }

  async get(read: Read): Promise<Row | undefined> {
    const seen = this.#seen(addressOf(read))
    return seen ? seen.before : this.#inner.get(read)
  }

  async query(query: Query): Promise<Page> {
    return this.#asSeen(query.table, await this.#inner.query(query))
  }

  async scan(scan: ScanRequest): Promise<Page> {
    return this.#asSeen(scan.table, await this.#inner.scan(scan))
  }

  #asSeen(table: TableName, page: Page): Page {
    if (this.#rows.size === 0) return page
    const rows = page.rows.flatMap((row) => {
      const seen = this.#seen(addressOf({ table, key: row as unknown as Key }))
      if (!seen) return [row]
      return seen.before ? [seen.before] : []
    })
    return { ...page, rows }
  }

  #isBusy(addresses: readonly string[]): boolean {
    return this.#rows.size > 0 && addresses.some((address) => this.#current(address) !== undefined)
  }

  #conflictOf(writes: readonly Write[]): WriteOutcome {
    const reasons = writes.map(
      (write) => ({ code: this.#isBusy([addressOfWrite(write)]) ? 'conflict' : 'none' }) as const,
    )
    return { status: 'cancelled', reasons }
  }

  #seen(address: string): { before: Row | undefined } | undefined {
    return this.#rows.size === 0 ? undefined : this.#current(address)?.seen
  }

  #current(address: string) {
    const found = this.#rows.get(address)
    if (found && found.untilMs <= this.#scheduler.nowMs) this.#rows.delete(address)
    return this.#rows.get(address)
  }
}

function keyOf(write: Write): Key {
  return write.kind === 'put' ? write.row : write.key
}

function addressOfWrite(write: Write): string {
  return addressOf({ table: write.table, key: keyOf(write) })
}

function addressOf({ table, key }: Read): string {
  return `${table}\0${key.pk}\0${key.sk ?? ''}`
}
