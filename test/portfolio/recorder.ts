import type { RecordedRead, RecordedRow, RecordedWork, RecordedWrite } from '../../proof/portfolio/recorded-work.ts'
import { kindsOf } from '../../proof/schema/check-row.ts'
import type { Condition } from '../../tables/condition.ts'
import type { Key, Query, Row, ScanRequest, Store, TableName, Write } from '../../tables/store.ts'
import { interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'

/** Writes down what passes through its stores while something is recorded: nothing before, and nothing after. */
export class Recorder {
  readonly #works = new Map<string, { reads: RecordedRead[]; writes: RecordedWrite[] }>()
  #by: string | undefined

  /** The same store, whose calls are recorded. */
  through(inner: Store): Store {
    return interceptStore(inner, async (call, proceed) => {
      const answer = await proceed()
      if (this.#by !== undefined) this.#take(this.#by, call, answer)
      return answer
    })
  }

  /** Records what `work` does as that of a function; what several do is added up. */
  async record<T>(by: string, work: () => Promise<T>): Promise<T> {
    this.#by = by
    try {
      return await work()
    } finally {
      this.#by = undefined
    }
  }

  /** The work of each function, in order of their names: the same work gives the same record. */
  recorded(): RecordedWork[] {
    return [...this.#works]
      .map(([by, { reads, writes }]) => ({ by, reads: distinct(reads).toSorted(byText), writes: distinct(writes) }))
      .toSorted(byText)
  }

  #take(by: string, call: StoreCall, answer: unknown): void {
    const work = this.#works.get(by) ?? { reads: [], writes: [] }
    this.#works.set(by, work)
    switch (call.method) {
      case 'transactRead':
        work.reads.push({ mode: 'snapshot', of: kindsRead(call.args[0]) })
        return
      case 'batchRead':
        work.reads.push({ mode: 'strong', of: kindsRead(call.args[0]) })
        return
      case 'get':
        work.reads.push({ mode: 'strong', of: kindsRead([call.args[0]]) })
        return
      case 'query':
      case 'scan':
        work.reads.push(manyRows(call.args[0]))
        return
      // A write that was refused changed nothing: the caller reads and decides anew.
      case 'transactWrite':
        if (isDone(answer)) work.writes.push({ isTransaction: true, rows: call.args[0].map(toRow) })
        return
      case 'write':
        if (isDone(answer)) work.writes.push({ isTransaction: false, rows: [toRow(call.args[0])] })
        return
      default:
        call satisfies never
    }
  }
}

function isDone(answer: unknown): boolean {
  return ['committed', 'done'].includes((answer as { status: string }).status)
}

function manyRows({ table, index }: Query | ScanRequest): RecordedRead {
  return index === undefined ? { mode: 'strong', of: table } : { mode: 'eventual', of: `${table}.${index}` }
}

function kindsRead(reads: readonly { table: TableName; key: Key }[]): string {
  return [...new Set(reads.map(({ table, key }) => kindOf(table, key)))].toSorted().join(', ')
}

function toRow(write: Write): RecordedRow {
  const key = write.kind === 'put' ? write.row : write.key
  const kind = kindOf(write.table, key)
  return {
    kind,
    does: write.kind,
    ...(write.when && { when: inWords(write.when) }),
    ...(write.kind === 'put' && ofWhat(kind, write.row)),
  }
}

function ofWhat(kind: string, row: Row & Key): Pick<RecordedRow, 'of'> {
  if (kind === 'event') return { of: String(row.type) }
  if (kind === 'fence') return { of: `${String(row.sk).replace('STEP#', '')}: ${row.state}` }
  return {}
}

/** Throws `Error` when no kind has such a key, or several have. */
function kindOf(table: TableName, { pk, sk }: Key): string {
  const [kind, ...others] = kindsOf(table, { pk, ...(sk !== undefined && { sk }) })
  if (!kind || others.length > 0) throw new Error(`${table} ${pk} ${sk} is not of one kind in proof/schema/kinds`)
  return kind.name
}

/** Which values are expected differs from call to call, but not which attributes. States are said, as they are rules. */
function inWords(condition: Condition): string {
  if ('any' in condition) return [...new Set(condition.any.map(inWords))].join(' or ')
  if ('all' in condition) return [...new Set(condition.all.map(grouped))].join(' and ')
  if ('row' in condition) return `the row is ${condition.row}`
  const attribute = `\`${condition.attribute.replace(/^(scan)_.+/, '$1_…')}\``
  if ('is' in condition) return `${attribute} is ${condition.is}`
  if ('below' in condition) return `${attribute} is below a limit`
  if ('atMost' in condition) return `${attribute} is at most a limit`
  return ['state', 'status'].includes(condition.attribute)
    ? `${attribute} is \`${condition.equals}\``
    : `${attribute} is as read`
}

function grouped(condition: Condition): string {
  return 'any' in condition && condition.any.length > 1 ? `(${inWords(condition)})` : inWords(condition)
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
