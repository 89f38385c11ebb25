import type { Wakeups } from '../seams.ts'
import { dropExpired, type Operations, type Output, queueOf, type SqsContext } from './context.ts'
import { missingParameter } from './errors.ts'
import { checkBatch, eachEntry } from './rules/batch.ts'
import { attemptMs } from './rules/limits.ts'
import { md5OfAttributes, selectAttributes } from './rules/message-attributes.ts'
import { changedVisibility, checkReceive, mayDelete, type ReceiveRequest, sortOut } from './rules/receive.ts'
import { sequenceNumber } from './send-operations.ts'
import type { StoredMessage } from './storage/messages.ts'
import { type Queue, queueNameOfArn } from './storage/queues.ts'

/** A message that was just received: its sequence number and the nonce of its handle. */
interface Received {
  seq: number
  nonce: number
}

/** `waits` wakes those who poll for `sqs:<queueName>`; when `stopping` aborts, they are answered with what is there. */
export function receiveOperations(context: SqsContext, waits: Wakeups, stopping: AbortSignal): Operations {
  const { db, queues, messages, handles, runtime, changed } = context

  /** Takes what is there, without waiting. */
  function receive(queue: Queue, request: ReceiveRequest): Received[] {
    const nowMs = runtime.now()
    dropExpired(context, queue, nowMs)
    const repeated = request.attemptId === undefined ? undefined : repeat(queue, request, request.attemptId, nowMs)
    if (repeated) return repeated
    const taken = queue.settings.isFifo ? takeInGroups(queue, request, nowMs) : takeAny(queue, request, nowMs)
    if (request.attemptId !== undefined && taken.length > 0)
      remember(queue, request.attemptId, taken, nowMs + request.visibilityMs, nowMs)
    return taken
  }

  function takeAny(queue: Queue, request: ReceiveRequest, nowMs: number): Received[] {
    const received: Received[] = []
    // Dead ones leave the queue as they are found, so each round sees others, unless their queue is gone.
    for (;;) {
      const room = request.count - received.length
      // With a visibility timeout of 0 those received are still among them.
      const candidates = room > 0 ? messages.candidates(queue, nowMs, room + received.length) : []
      const others = candidates.filter(({ seq }) => !received.some((one) => one.seq === seq))
      const { deliver, dead } = sortOut(others, { nowMs, room, maxReceiveCount: maxReceiveCount(queue) })
      if (deliver.length + dead.length === 0) return received
      db.write(() => {
        bury(queue, dead, nowMs)
        for (const seq of deliver) received.push(take(seq, nowMs, request))
      })
      if (dead.length === 0) return received
    }
  }

  function takeInGroups(queue: Queue, request: ReceiveRequest, nowMs: number): Received[] {
    const received: Received[] = []
    const visited = new Set<string>()
    while (received.length < request.count) {
      const groupId = messages.freeGroups(queue, nowMs, visited.size + 1).find((group) => !visited.has(group))
      if (groupId === undefined) break
      visited.add(groupId)
      db.write(() => received.push(...takeOfGroup(queue, groupId, request, request.count - received.length, nowMs)))
    }
    return received
  }

  /** As many of a group as there is room for, in their order. */
  function takeOfGroup(
    queue: Queue,
    groupId: string,
    request: ReceiveRequest,
    count: number,
    nowMs: number,
  ): Received[] {
    const received: Received[] = []
    let afterSeq = 0
    while (received.length < count) {
      const room = count - received.length
      const candidates = messages.candidatesOfGroup(queue, groupId, afterSeq, room)
      const { deliver, dead } = sortOut(candidates, { nowMs, room, maxReceiveCount: maxReceiveCount(queue) })
      bury(queue, dead, nowMs)
      for (const seq of deliver) received.push(take(seq, nowMs, request))
      if (dead.length + deliver.length < room) break
      afterSeq = candidates.at(-1)?.seq ?? 0
    }
    messages.refreshGroup(queue, groupId)
    return received
  }

  function take(seq: number, nowMs: number, { visibilityMs }: ReceiveRequest): Received {
    const nonce = runtime.nonce()
    messages.take(seq, nonce, nowMs, nowMs + visibilityMs)
    return { seq, nonce }
  }

  function deadLetterQueue({ settings }: Queue): Queue | undefined {
    const { redrivePolicy } = settings
    return redrivePolicy && queues.find(queueNameOfArn(redrivePolicy.deadLetterTargetArn))
  }

  /** A queue whose dead-letter queue is gone keeps its messages. */
  function maxReceiveCount(queue: Queue): number | undefined {
    return deadLetterQueue(queue) ? queue.settings.redrivePolicy?.maxReceiveCount : undefined
  }

  function bury(queue: Queue, seqs: number[], nowMs: number): void {
    const target = deadLetterQueue(queue)
    if (!target || seqs.length === 0) return
    for (const seq of seqs) messages.move(seq, queue, target, { sourceArn: queue.arn, nowMs })
    changed(target)
  }

  /** The messages of an earlier receive with this id, unless one of them was deleted or its visibility changed. */
  function repeat(queue: Queue, request: ReceiveRequest, id: string, nowMs: number): Received[] | undefined {
    const row = db
      .prepare('SELECT messages FROM attempts WHERE queue = ? AND id = ? AND untilMs > ?')
      .get(queue.id, id, nowMs)
    if (!row) return undefined
    const { visibleMs, received } = JSON.parse(String(row.messages)) as { visibleMs: number; received: Received[] }
    const untouched = received.every(({ seq, nonce }) => {
      const taken = messages.taken(seq, nonce)
      return taken?.isLatest && taken.visibleMs === visibleMs && visibleMs > nowMs
    })
    if (!untouched) return undefined
    db.write(() => {
      for (const { seq } of received) messages.setVisible(queue, seq, nowMs + request.visibilityMs)
      remember(queue, id, received, nowMs + request.visibilityMs, nowMs)
    })
    return received
  }

  function remember(queue: Queue, id: string, received: Received[], visibleMs: number, nowMs: number): void {
    db.write(() =>
      db
        .prepare('INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?)')
        .run(queue.id, id, JSON.stringify({ visibleMs, received }), nowMs + attemptMs),
    )
  }

  function show(queue: Queue, { seq, nonce }: Received, request: ReceiveRequest): Output {
    const message = messages.read(seq)
    const selected = selectAttributes(message.attributes, request.attributeNames)
    const isWhole = Object.keys(selected).length === Object.keys(message.attributes).length
    const md5 = isWhole ? message.attributesMd5 : md5OfAttributes(selected)
    const attributes = systemAttributes(message, queue, request.systemNames)
    return {
      MessageId: message.id,
      ReceiptHandle: handles.write({ queue: queue.id, seq, nonce }),
      MD5OfBody: message.bodyMd5,
      Body: message.body,
      ...(attributes && { Attributes: attributes }),
      ...(md5 !== undefined && { MD5OfMessageAttributes: md5, MessageAttributes: selected }),
    }
  }

  function remove(queue: Queue, handle: unknown): void {
    if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle')
    const { seq, nonce } = handles.read(handle, queue.id)
    const { isFifo } = queue.settings
    if (!mayDelete(String(handle), messages.taken(seq, nonce), { isFifo, nowMs: runtime.now() })) return
    messages.remove(queue, [seq])
    // In a FIFO queue the next messages of its group are free now.
    if (isFifo) changed(queue)
  }

  function changeVisibility(queue: Queue, { ReceiptHandle: handle, VisibilityTimeout: seconds }: Output): void {
    if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle')
    if (seconds === undefined) throw missingParameter('VisibilityTimeout')
    const { seq, nonce } = handles.read(handle, queue.id)
    const now = { isFifo: queue.settings.isFifo, nowMs: runtime.now(), seconds }
    messages.setVisible(queue, seq, changedVisibility(String(handle), messages.taken(seq, nonce), now))
    changed(queue)
  }

  return {
    async ReceiveMessage(input) {
      const name = queueOf(context, input).name
      const request = checkReceive(input, queueOf(context, input).settings)
      const untilMs = runtime.now() + request.waitMs
      for (;;) {
        const queue = queueOf(context, input)
        const received = receive(queue, request)
        if (received.length > 0) return { Messages: received.map((one) => show(queue, one, request)) }
        const leftMs = untilMs - runtime.now()
        if (leftMs <= 0) return {}
        const visibleInMs = (messages.nextVisibleMs(queue, runtime.now()) ?? untilMs) - runtime.now()
        // A timer may fire a little early.
        const timeoutMs = Math.max(1, Math.min(leftMs, visibleInMs))
        await waits.wait(`sqs:${name}`, { timeoutMs, signal: stopping })
        if (stopping.aborted) return {}
      }
    },

    DeleteMessage(input) {
      const queue = queueOf(context, input)
      db.write(() => remove(queue, input.ReceiptHandle))
      return {}
    },

    DeleteMessageBatch(input) {
      const queue = queueOf(context, input)
      const entries = checkBatch('DeleteMessageBatch', input.Entries)
      return db.write(
        () =>
          eachEntry(entries, ({ ReceiptHandle }) => {
            remove(queue, ReceiptHandle)
            return {}
          }) as unknown as Output,
      )
    },

    ChangeMessageVisibility(input) {
      const queue = queueOf(context, input)
      db.write(() => changeVisibility(queue, input))
      return {}
    },

    ChangeMessageVisibilityBatch(input) {
      const queue = queueOf(context, input)
      const entries = checkBatch('ChangeMessageVisibilityBatch', input.Entries)
      return db.write(
        () =>
          eachEntry(entries, (entry) => {
            changeVisibility(queue, entry)
            return {}
          }) as unknown as Output,
      )
    },
  }
}

function systemAttributes(message: StoredMessage, { settings }: Queue, wanted: string[]) {
  if (wanted.length === 0) return undefined
  const all: Record<string, string | undefined> = {
    SenderId: message.sender,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: settings.isFifo ? sequenceNumber(message.seq) : undefined,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  }
  const isWanted = (name: string) => wanted.includes('All') || wanted.includes(name)
  const some = Object.entries(all).filter(([name, value]) => value !== undefined && isWanted(name))
  return some.length > 0 ? (Object.fromEntries(some) as Record<string, string>) : undefined
}
