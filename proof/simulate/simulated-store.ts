import type {
  BatchReadOutcome,
  Query,
  Read,
  ReadOutcome,
  Row,
  ScanRequest,
  Store,
  Write,
  WriteOutcome,
} from '../../tables/store.ts'
import type { HalfApplied } from './half-applied.ts'
import { anyCall, errorNamed, type Process } from './process.ts'

/** Hears of every write that took effect, in order. */
export type OnWritten = (writes: readonly Write[]) => void

const anyRead = ['crash before', 'request lost', 'slow answer'] as const
const transactRead = [...anyRead, 'conflict', 'throttled'] as const
const batchRead = [...anyRead, 'throttled'] as const
const transactWrite = [...anyCall, 'late effect', 'conflict', 'throttled', 'half applied'] as const
const singleWrite = [...anyCall, 'late effect', 'sent twice', 'conflict'] as const

/** How long a transaction is being applied, in milliseconds. */
export const applyingMsMax = 2_000

/** The database as one process reaches it: `inner`, through calls that can fail. */
export function simulatedStore(process: Process, inner: HalfApplied, onWritten: OnWritten): Store {
  const read = <T>(says: () => string, effect: () => Promise<T>) =>
    process.call({
      says,
      services: [],
      allowed: anyRead,
      effect,
      withoutAnswer: () => {
        throw errorNamed('TimeoutError')
      },
    })
  // A resend under the same token is answered, and takes no effect.
  const tokens = new Set<string>()
  const committed = (writes: readonly Write[], token: string, outcome: WriteOutcome): WriteOutcome => {
    if (outcome.status !== 'committed') return outcome
    if (!tokens.has(token)) onWritten(writes)
    tokens.add(token)
    return outcome
  }
  return {
    transactRead: (reads: readonly Read[]) =>
      process.call<ReadOutcome>({
        says: () => `reads as of one moment: ${reads.map(addressOf).join(', ')}`,
        services: [],
        allowed: transactRead,
        effect: () => inner.transactRead(reads),
        withoutAnswer: () => {
          throw errorNamed('TimeoutError')
        },
        refusal: (fault) => ({ status: fault === 'conflict' ? 'conflict' : 'throttled' }),
      }),
    batchRead: (reads: readonly Read[]) =>
      process.call<BatchReadOutcome>({
        says: () => `reads ${reads.map(addressOf).join(', ')}`,
        services: [],
        allowed: batchRead,
        effect: () => inner.batchRead(reads),
        otherEffects: {
          // The database processes some of the rows, or none.
          throttled: async (number) => {
            const { rows } = await inner.batchRead(reads)
            const unprocessed = reads.flatMap((_, index) => (number(index) < 0.5 ? index : []))
            return { rows: rows.map((row, index) => (unprocessed.includes(index) ? undefined : row)), unprocessed }
          },
        },
        withoutAnswer: () => {
          throw errorNamed('TimeoutError')
        },
      }),
    transactWrite: (writes: readonly Write[], token: string) =>
      process.call<WriteOutcome>({
        says: () => `writes in one transaction: ${writes.map(described).join('; ')}`,
        services: writes.map(({ table }) => `table ${table}` as const),
        allowed: transactWrite,
        effect: async () => committed(writes, token, await inner.transactWrite(writes, token)),
        otherEffects: {
          'half applied': async (number) => {
            const forMs = applyingMsMax * number(0)
            const isLate = (index: number) => number(index + 1) < 0.5
            const outcome = committed(writes, token, await inner.apply(writes, token, { forMs, isLate }))
            await process.pause(forMs)
            return outcome
          },
        },
        withoutAnswer: () => ({ status: 'unknown', cause: errorNamed('TimeoutError') }),
        refusal: (fault) =>
          fault === 'conflict'
            ? { status: 'cancelled', reasons: writes.map(() => ({ code: 'conflict' })) }
            : { status: 'throttled' },
      }),
    get: (one: Read) =>
      read<Row | undefined>(
        () => `reads ${addressOf(one)}`,
        () => inner.get(one),
      ),
    write: (write: Write) =>
      process.call<Awaited<ReturnType<Store['write']>>>({
        says: () => `writes ${described(write)}`,
        services: [`table ${write.table}`],
        allowed: singleWrite,
        async effect() {
          const outcome = await inner.write(write)
          if (outcome.status === 'done') onWritten([write])
          return outcome
        },
        withoutAnswer: () => {
          throw errorNamed('TimeoutError')
        },
        refusal: () => {
          throw errorNamed('TransactionConflictException')
        },
      }),
    query: (query: Query) =>
      read(
        () => `reads the partition ${query.table} ${query.partition}`,
        () => inner.query(query),
      ),
    scan: (scan: ScanRequest) =>
      read(
        () => `scans ${scan.table}`,
        () => inner.scan(scan),
      ),
  }
}

function addressOf({ table, key }: Pick<Read, 'table' | 'key'>): string {
  return `${table} ${key.pk}${key.sk === undefined ? '' : ` ${key.sk}`}`
}

/** The attributes that a write puts or sets. */
function attributesOf(write: Write): Record<string, unknown> {
  if (write.kind === 'put') return write.row
  return write.kind === 'update' ? (write.set ?? {}) : {}
}

function described(write: Write): string {
  const { table, kind } = write
  const address = addressOf({ table, key: kind === 'put' ? write.row : write.key })
  const attributes = attributesOf(write)
  const facts = ['seq', 'version', 'type', 'status', 'state', 'generation', 'appliedSeq', 'blockedAt'].flatMap(
    (name) =>
      typeof attributes[name] === 'string' || typeof attributes[name] === 'number'
        ? [`${name} ${attributes[name]}`]
        : [],
  )
  return `${kind} ${address}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`
}
