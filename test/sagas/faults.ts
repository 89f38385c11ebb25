import type { Mail, Mailer, MailOutcome } from '../../gateways/mailer.ts'
import type {
  BatchReadOutcome,
  Page,
  Query,
  Read,
  ReadOutcome,
  Row,
  Store,
  Write,
  WriteOutcome,
} from '../../tables/store.ts'

/**
 * A fault in one call of an invocation, or in all calls from it on:
 * - `error`: the call fails without effect · `lost-answer`: it takes effect and its answer is lost
 * - `crash-before`, `crash-after`: the function crashes before or after the effect
 * - `late`: the call hangs, Step Functions times out, and the call takes effect when everything else has ended
 * - `conflict`, `throttled`: DynamoDB refuses for now
 */
export const faults = ['error', 'lost-answer', 'crash-before', 'crash-after', 'late', 'conflict', 'throttled'] as const
export type Fault = (typeof faults)[number]

/** Decides the fault of each call, if any. Calls are numbered from 1 over the whole saga. */
export type FaultPlan = (call: { number: number; kind: CallKind; describe: string }) => Fault | undefined

export type CallKind = 'read' | 'write' | 'transaction' | 'mail' | 'webhook' | 'object'

/** How an invocation ended for Step Functions when it did not answer. */
class InvocationEnd extends Error {}

/** Counts the calls of one saga over all its invocations, and holds those that hang until they are released. */
export class Calls {
  count = 0
  happened: { number: number; fault: Fault; describe: string }[] = []
  readonly #plan: FaultPlan
  readonly #hanging: (() => void)[] = []

  constructor(plan: FaultPlan = () => undefined) {
    this.#plan = plan
  }

  next(kind: CallKind, describe: string): Fault | undefined {
    const number = ++this.count
    const fault = this.#plan({ number, kind, describe })
    if (fault) this.happened.push({ number, fault, describe })
    return fault
  }

  hang(): Promise<void> {
    return new Promise((resolve) => this.#hanging.push(resolve))
  }

  release(): void {
    for (const resume of this.#hanging.splice(0)) resume()
  }
}

/** One invocation of the function. All its calls go through here. */
export class Invocation {
  readonly #calls: Calls
  #isDead = false
  /** Rejects when the invocation ends for Step Functions before the function has answered. */
  readonly end: Promise<never>
  #giveUp: (error: Error) => void = () => {}

  constructor(calls: Calls) {
    this.#calls = calls
    this.end = new Promise((_, reject) => {
      this.#giveUp = reject
    })
    this.end.catch(() => undefined)
  }

  async make<T>(kind: CallKind, describe: string, effect: () => Promise<T>, refusal?: (fault: Fault) => T): Promise<T> {
    if (this.#isDead) return new Promise<T>(() => {})
    const fault = this.#calls.next(kind, describe)
    switch (fault) {
      case undefined:
        return effect()
      case 'crash-before':
        return this.#die()
      case 'crash-after':
        await effect()
        return this.#die()
      case 'late':
        this.#giveUp(named('States.Timeout'))
        await this.#calls.hang()
        return effect()
      case 'lost-answer':
        await effect()
        break
      default:
    }
    const answer = refusal?.(fault)
    if (answer !== undefined) return answer
    throw named('TimeoutError')
  }

  #die<T>(): Promise<T> {
    this.#isDead = true
    this.#giveUp(named('Lambda.Unknown'))
    return new Promise<T>(() => {})
  }
}

function named(name: string): Error {
  return Object.assign(new InvocationEnd(name), { name })
}

/** The store as one invocation sees it. */
export class FaultyStore implements Store {
  readonly #store: Store
  readonly #invocation: Invocation

  constructor(store: Store, invocation: Invocation) {
    this.#store = store
    this.#invocation = invocation
  }

  transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    return this.#invocation.make(
      'read',
      `read ${reads.map(({ key }) => key.sk).join(' ')}`,
      () => this.#store.transactRead(reads),
      (fault) => {
        if (fault === 'conflict' || fault === 'throttled') return { status: fault }
        throw named('TimeoutError')
      },
    )
  }

  batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    return this.#invocation.make(
      'read',
      `read ${reads.map(({ key }) => key.sk).join(' ')}`,
      () => this.#store.batchRead(reads),
      () => {
        throw named('TimeoutError')
      },
    )
  }

  transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    return this.#invocation.make(
      'transaction',
      `write ${writes.map((write) => ('row' in write ? write.row : write.key).sk).join(' ')}`,
      () => this.#store.transactWrite(writes, token),
      (fault) => {
        if (fault === 'throttled') return { status: 'throttled' }
        if (fault === 'conflict') return { status: 'cancelled', reasons: writes.map(() => ({ code: 'conflict' })) }
        return { status: 'unknown', cause: named('TimeoutError') }
      },
    )
  }

  get(read: Read): Promise<Row | undefined> {
    return this.#invocation.make('read', `get ${read.key.sk}`, () => this.#store.get(read))
  }

  write(write: Write): Promise<{ status: 'done' } | { status: 'condition-failed'; row?: Row }> {
    return this.#invocation.make('write', 'write SAGA', () => this.#store.write(write))
  }

  query(query: Query): Promise<Page> {
    return this.#store.query(query)
  }

  scan(scan: Parameters<Store['scan']>[0]): Promise<Page> {
    return this.#store.scan(scan)
  }
}

/** The mail service as one invocation sees it. */
export class FaultyMailer implements Mailer {
  readonly #mailer: Mailer
  readonly #invocation: Invocation

  constructor(mailer: Mailer, invocation: Invocation) {
    this.#mailer = mailer
    this.#invocation = invocation
  }

  send(mail: Mail): Promise<MailOutcome> {
    return this.#invocation.make('mail', 'send mail', () => this.#mailer.send(mail))
  }
}
