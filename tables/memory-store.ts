import { inByteOrder, isSatisfied } from './condition.ts'
import { indexShape, keyAttributesOf, tableShapes } from './key-shapes.ts'
import type {
  BatchReadOutcome,
  CancellationReason,
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
} from './store.ts'

/** {@link Store} in memory, for tests and the simulation. Every call takes effect at one instant; rows are copied in and out. */
export class MemoryStore implements Store {
  readonly #tables = new Map<TableName, Map<string, Row>>()
  readonly #tokens = new Map<string, string>()

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    checkLimits(reads.map(({ table, key }) => `${table}\0${rowKey(key)}`))
    return { status: 'read', rows: reads.map((read) => copy(this.#row(read))) }
  }

  async batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    checkLimits(reads.map(({ table, key }) => `${table}\0${rowKey(key)}`))
    return { rows: reads.map((read) => copy(this.#row(read))), unprocessed: [] }
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    const content = JSON.stringify(writes)
    const before = this.#tokens.get(token)
    if (before === content) return { status: 'committed' }
    if (before !== undefined)
      throw new Error('IdempotentParameterMismatchException: this token was used for other content')
    checkLimits(writes.map(addressOf))
    const reasons = writes.map((write): CancellationReason => {
      const row = this.#row({ table: write.table, key: keyOf(write) })
      if (!write.when || isSatisfied(write.when, row)) return { code: 'none' }
      return { code: 'condition', ...(row && { row: copy(row) }) }
    })
    if (reasons.some(({ code }) => code !== 'none')) return { status: 'cancelled', reasons }
    for (const write of writes) this.#apply(write)
    this.#tokens.set(token, content)
    return { status: 'committed' }
  }

  async get(read: Read): Promise<Row | undefined> {
    return copy(this.#row(read))
  }

  async write(write: Write): Promise<{ status: 'done' } | { status: 'condition-failed'; row?: Row }> {
    if (write.kind === 'check') throw new Error('a check writes nothing: read the row instead')
    const row = this.#row({ table: write.table, key: keyOf(write) })
    if (write.when && !isSatisfied(write.when, row))
      return { status: 'condition-failed', ...(row && { row: copy(row) }) }
    this.#apply(write)
    return { status: 'done' }
  }

  async query({ table, index, partition, sort, filter, descending, limit, after }: Query): Promise<Page> {
    const shape: { partitionKey: string; sortKey?: string } = index ? indexShape(table, index) : tableShapes[table]
    const sortKey = shape.sortKey ?? 'sk'
    const order = (row: Row) => inByteOrder(`${row[sortKey] ?? ''}\0${row.pk}\0${row.sk ?? ''}`)
    // Compares positions instead of looking for the row, which may have been deleted since.
    const start = after && order(after)
    const following = [...this.#table(table).values()]
      .filter((row) => row[shape.partitionKey] === partition)
      .filter((row) => (index ? typeof row[sortKey] === 'string' : true))
      .filter((row) => inRange(sort, String(row[sortKey] ?? '')))
      .map((row) => ({ row, place: order(row) }))
      .filter(({ place }) => start === undefined || (descending ? place < start : place > start))
      .toSorted((a, b) => (a.place < b.place ? -1 : 1) * (descending ? -1 : 1))
      .map(({ row }) => row)
    const read = following.slice(0, limit)
    const last = read.at(-1)
    return {
      rows: copy(read.map(heldBy(table, index)).filter((row) => !filter || isSatisfied(filter, row))),
      ...(last && read.length === limit && { next: keyAttributes(last, shape) }),
    }
  }

  async scan({ table, index, limit, after }: ScanRequest): Promise<Page> {
    const position = ({ pk, sk }: Row) => inByteOrder(`${pk}\0${sk ?? ''}`)
    const keys = index === undefined ? undefined : indexShape(table, index)
    const following = [...this.#table(table).values()]
      .filter((row) => !keys || (row[keys.partitionKey] !== undefined && row[keys.sortKey] !== undefined))
      .toSorted((a, b) => (position(a) < position(b) ? -1 : 1))
      .filter((row) => !after || position(row) > position(after))
    const page = following.slice(0, limit)
    const last = page.at(-1)
    return {
      rows: copy(page.map(heldBy(table, index))),
      ...(last && page.length === limit && { next: keyAttributes(last, keys) }),
    }
  }

  #table(name: TableName): Map<string, Row> {
    const table = this.#tables.get(name) ?? new Map<string, Row>()
    this.#tables.set(name, table)
    return table
  }

  #row({ table, key }: Read): Row | undefined {
    return this.#table(table).get(rowKey(key))
  }

  #apply(write: Write): void {
    const key = keyOf(write)
    const table = this.#table(write.table)
    if (write.kind === 'put') table.set(rowKey(key), marshalled(write.row))
    if (write.kind === 'delete') table.delete(rowKey(key))
    if (write.kind === 'update') {
      const row: Row = { ...(table.get(rowKey(key)) ?? key), ...marshalled(write.set ?? {}) }
      for (const [name, by] of Object.entries(write.add ?? {})) row[name] = (Number(row[name]) || 0) + by
      for (const name of write.remove ?? []) delete row[name]
      table.set(rowKey(key), row)
    }
  }
}

/** DynamoDB's limits for one transaction, and for one batch of reads. */
function checkLimits(addresses: string[]): void {
  if (addresses.length > 100) throw new Error('ValidationException: a request can contain at most 100 rows')
  if (new Set(addresses).size < addresses.length)
    throw new Error('ValidationException: a request can contain each row only once')
}

function keyOf(write: Write): Key {
  return write.kind === 'put' ? write.row : write.key
}

function addressOf(write: Write): string {
  return `${write.table}\0${rowKey(keyOf(write))}`
}

function rowKey({ pk, sk }: Key): string {
  return `${pk}\0${sk ?? ''}`
}

/** A deep copy of rows as they are stored, which is JSON: `structuredClone` takes several times as long. */
function copy<T>(value: T): T
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  if (typeof value !== 'object' || value === null) return value
  const members: Record<string, unknown> = {}
  for (const name in value) members[name] = copy((value as Record<string, unknown>)[name])
  return members
}

/** The row as marshalling stores it: a copy without undefined members. */
function marshalled(row: Row): Row {
  return JSON.parse(JSON.stringify(row))
}

function keyAttributes(row: Row, shape: { partitionKey: string; sortKey?: string } = { partitionKey: 'pk' }): Row {
  const names = new Set(['pk', 'sk', shape.partitionKey, shape.sortKey ?? 'sk'])
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))
}

function inRange(sort: Query['sort'], value: string): boolean {
  if (!sort) return true
  if ('prefix' in sort) return value.startsWith(sort.prefix)
  const place = inByteOrder(value)
  if ('after' in sort) return place > inByteOrder(sort.after)
  return place >= inByteOrder(sort.from) && place <= inByteOrder(sort.to)
}

/** What an index holds of a row: all of it, or its keys. */
function heldBy(table: TableName, index: string | undefined): (row: Row) => Row {
  if (index === undefined || indexShape(table, index).holds !== 'keys') return (row) => row
  return (row) => keyAttributesOf(row, { table, index })
}
