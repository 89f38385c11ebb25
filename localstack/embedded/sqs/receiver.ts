import { dropExpired, type SqsContext } from './context.ts'
import { attemptMs } from './rules/limits.ts'
import { type ReceiveRequest, sortOut } from './rules/receive.ts'
import { type Queue, queueNameOfArn } from './storage/queues.ts'

/** A message that was just received: its sequence number and the nonce of its handle. */
export interface Received {
  seq: number
  nonce: number
}

/** Takes messages from queues, and moves those that were received too often to the dead-letter queue. */
export class Receiver {
  readonly #context: SqsContext
  readonly #db: SqsContext['db']
  readonly #queues: SqsContext['queues']
  readonly #messages: SqsContext['messages']
  readonly #runtime: SqsContext['runtime']

  constructor(context: SqsContext) {
    this.#context = context
    this.#db = context.db
    this.#queues = context.queues
    this.#messages = context.messages
    this.#runtime = context.runtime
  }

  /** Takes what is there, without waiting. */
  receive(queue: Queue, request: ReceiveRequest): Received[] {
    const nowMs = this.#runtime.now()
    dropExpired(this.#context, queue, nowMs)
    const repeated =
      request.attemptId === undefined ? undefined : this.#repeat(queue, request, request.attemptId, nowMs)
    if (repeated) return repeated
    const taken = queue.settings.isFifo
      ? this.#takeInGroups(queue, request, nowMs)
      : this.#takeAny(queue, request, nowMs)
    if (request.attemptId !== undefined && taken.length > 0)
      this.#remember(queue, request.attemptId, taken, nowMs + request.visibilityMs, nowMs)
    return taken
  }

  #takeAny(queue: Queue, request: ReceiveRequest, nowMs: number): Received[] {
    const received: Received[] = []
    // Dead ones leave the queue as they are found, so each round sees others, unless their queue is gone.
    for (;;) {
      const room = request.count - received.length
      // With a visibility timeout of 0 those received are still among them.
      const candidates = room > 0 ? this.#messages.candidates(queue, nowMs, room + received.length) : []
      const others = candidates.filter(({ seq }) => !received.some((one) => one.seq === seq))
      const { deliver, dead } = sortOut(others, { nowMs, room, maxReceiveCount: this.#maxReceiveCount(queue) })
      if (deliver.length + dead.length === 0) return received
      this.#db.write(() => {
        this.#bury(queue, dead, nowMs)
        for (const seq of deliver) received.push(this.#take(seq, nowMs, request))
      })
      if (dead.length === 0) return received
    }
  }

  #takeInGroups(queue: Queue, request: ReceiveRequest, nowMs: number): Received[] {
    const received: Received[] = []
    const visited = new Set<string>()
    while (received.length < request.count) {
      const groupId = this.#messages.freeGroups(queue, nowMs, visited.size + 1).find((group) => !visited.has(group))
      if (groupId === undefined) break
      visited.add(groupId)
      this.#db.write(() =>
        received.push(...this.#takeOfGroup(queue, groupId, request, request.count - received.length, nowMs)),
      )
    }
    return received
  }

  /** Takes messages of a group in their order, up to `count`. */
  #takeOfGroup(queue: Queue, groupId: string, request: ReceiveRequest, count: number, nowMs: number): Received[] {
    const received: Received[] = []
    let afterSeq = 0
    while (received.length < count) {
      const room = count - received.length
      const candidates = this.#messages.candidatesOfGroup(queue, groupId, afterSeq, room)
      const { deliver, dead } = sortOut(candidates, { nowMs, room, maxReceiveCount: this.#maxReceiveCount(queue) })
      this.#bury(queue, dead, nowMs)
      for (const seq of deliver) received.push(this.#take(seq, nowMs, request))
      if (dead.length + deliver.length < room) break
      afterSeq = candidates.at(-1)?.seq ?? 0
    }
    this.#messages.refreshGroup(queue, groupId)
    return received
  }

  #take(seq: number, nowMs: number, { visibilityMs }: ReceiveRequest): Received {
    const nonce = this.#runtime.nonce()
    this.#messages.take(seq, nonce, nowMs, nowMs + visibilityMs)
    return { seq, nonce }
  }

  #deadLetterQueue({ settings }: Queue): Queue | undefined {
    const { redrivePolicy } = settings
    return redrivePolicy && this.#queues.find(queueNameOfArn(redrivePolicy.deadLetterTargetArn))
  }

  /** A queue whose dead-letter queue is gone keeps its messages. */
  #maxReceiveCount(queue: Queue): number | undefined {
    return this.#deadLetterQueue(queue) ? queue.settings.redrivePolicy?.maxReceiveCount : undefined
  }

  #bury(queue: Queue, seqs: number[], nowMs: number): void {
    const target = this.#deadLetterQueue(queue)
    if (!target || seqs.length === 0) return
    for (const seq of seqs) this.#messages.move(seq, queue, target, { sourceArn: queue.arn, nowMs })
    this.#context.changed(target)
  }

  /** The messages of an earlier receive with this id, unless one of them was deleted or its visibility changed. */
  #repeat(queue: Queue, request: ReceiveRequest, id: string, nowMs: number): Received[] | undefined {
    const row = this.#db
      .prepare('SELECT messages FROM attempts WHERE queue = ? AND id = ? AND untilMs > ?')
      .get(queue.id, id, nowMs)
    if (!row) return undefined
    const { visibleMs, received } = JSON.parse(String(row.messages)) as { visibleMs: number; received: Received[] }
    const untouched = received.every(({ seq, nonce }) => {
      const taken = this.#messages.taken(seq, nonce)
      return taken?.isLatest && taken.visibleMs === visibleMs && visibleMs > nowMs
    })
    if (!untouched) return undefined
    this.#db.write(() => {
      for (const { seq } of received) this.#messages.setVisible(queue, seq, nowMs + request.visibilityMs)
      this.#remember(queue, id, received, nowMs + request.visibilityMs, nowMs)
    })
    return received
  }

  #remember(queue: Queue, id: string, received: Received[], visibleMs: number, nowMs: number): void {
    this.#db.write(() =>
      this.#db
        .prepare('INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)')
        .run(queue.id, id, JSON.stringify({ visibleMs, received }), nowMs + attemptMs),
    )
  }
}
