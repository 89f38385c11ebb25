import type { Message, Queue, SendResult } from '../../gateways/queue.ts'
import type {
  BatchReadOutcome,
  Page,
  Query,
  Read,
  ReadOutcome,
  Row,
  Store,
  TableName,
  Write,
  WriteOutcome,
} from '../../tables/store.ts'

/** The process crashes: this error must not be caught by the code under test. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/** A fault of one call. `before`: the call has no effect. `after`: it has its effect, but its caller does not learn of it. */
export type Fault = 'none' | 'lost-before' | 'lost-after' | 'conflict' | 'throttled' | 'crash-before' | 'crash-after'

export interface Call {
  method: keyof Store
  table: TableName | undefined
}

/** A store that injects the fault that `faultOf` returns for each call. `pause` lets concurrent copies run in between. */
export class FaultyStore implements Store {
  readonly #store: Store
  readonly #faultOf: (call: Call) => Fault
  readonly #pause: () => Promise<void>

  constructor(store: Store, faultOf: (call: Call) => Fault, pause: () => Promise<void> = async () => {}) {
    this.#store = store
    this.#faultOf = faultOf
    this.#pause = pause
  }

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    const fault = await this.#before('transactRead', reads[0]?.table)
    if (fault === 'conflict') return { status: 'conflict' }
    if (fault === 'throttled') return { status: 'throttled' }
    return this.#around(fault, () => this.#store.transactRead(reads))
  }

  async batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    const fault = await this.#before('batchRead', reads[0]?.table)
    if (fault === 'throttled') return { rows: [], unprocessed: reads.map((_, index) => index) }
    return this.#around(fault, () => this.#store.batchRead(reads))
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    const fault = await this.#before('transactWrite', writes[0]?.table)
    if (fault === 'conflict') return { status: 'cancelled', reasons: writes.map(() => ({ code: 'conflict' as const })) }
    if (fault === 'throttled') return { status: 'throttled' }
    try {
      return await this.#around(fault, () => this.#store.transactWrite(writes, token))
    } catch (cause) {
      if (cause instanceof Crash || !(cause instanceof LostResponse)) throw cause
      return { status: 'unknown', cause }
    }
  }

  async get(read: Read): Promise<Row | undefined> {
    return this.#around(await this.#before('get', read.table), () => this.#store.get(read))
  }

  async write(write: Write): ReturnType<Store['write']> {
    return this.#around(await this.#before('write', write.table), () => this.#store.write(write))
  }

  async query(query: Query): Promise<Page> {
    return this.#around(await this.#before('query', query.table), () => this.#store.query(query))
  }

  async scan(scan: Parameters<Store['scan']>[0]): Promise<Page> {
    return this.#around(await this.#before('scan', scan.table), () => this.#store.scan(scan))
  }

  async #before(method: keyof Store, table: TableName | undefined): Promise<Fault> {
    await this.#pause()
    return this.#faultOf({ method, table })
  }

  async #around<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
    if (fault === 'crash-before') throw new Crash('crashed before the call')
    if (fault === 'lost-before' || fault === 'conflict' || fault === 'throttled')
      throw new LostResponse('never arrived')
    const result = await work()
    await this.#pause()
    if (fault === 'crash-after') throw new Crash('crashed before the response')
    if (fault === 'lost-after') throw new LostResponse('the response never arrived')
    return result
  }
}

class LostResponse extends Error {}

/** A fault of one message. `lost`: the queue accepts it, but the sender gets a failure. */
export type SendFault = 'none' | 'failed' | 'refused' | 'lost' | 'crash-before' | 'crash-after'

/** A queue that injects the fault that `faultOf` returns for each message, and records every call with its results. */
export class FaultyQueue implements Queue {
  readonly calls: { queueUrl: string; messages: readonly Message[]; results: SendResult[] }[] = []
  readonly #queue: Queue
  readonly #faultOf: (queueUrl: string, message: Message) => SendFault

  constructor(queue: Queue, faultOf: (queueUrl: string, message: Message) => SendFault) {
    this.#queue = queue
    this.#faultOf = faultOf
  }

  async sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]> {
    const faults = messages.map((message) => this.#faultOf(queueUrl, message))
    if (faults.includes('crash-before')) throw new Crash('crashed before sending')
    const arriving = messages.filter((_, index) => arrives(faults[index] ?? 'none'))
    if (arriving.length > 0) await this.#queue.sendBatch(queueUrl, arriving)
    if (faults.includes('crash-after')) throw new Crash('crashed after sending')
    const results = faults.map((fault): SendResult => {
      if (fault === 'refused') return { status: 'refused', cause: 'injected' }
      return fault === 'none' ? { status: 'accepted' } : { status: 'failed', cause: 'injected' }
    })
    this.calls.push({ queueUrl, messages, results })
    return results
  }
}

function arrives(fault: SendFault): boolean {
  return fault === 'none' || fault === 'lost' || fault === 'crash-after'
}
