import type { Wakeups } from '../ports.ts'
import { type Operations, type Output, queueOf, type SqsContext } from './context.ts'
import { missingParameter } from './errors.ts'
import { type Received, Receiver } from './receiver.ts'
import { checkBatch, eachEntry } from './rules/batch.ts'
import { md5OfAttributes, selectAttributes } from './rules/message-attributes.ts'
import { changedVisibility, checkReceive, mayDelete, type ReceiveRequest } from './rules/receive.ts'
import { sequenceNumber } from './send-operations.ts'
import type { StoredMessage } from './storage/messages.ts'
import type { Queue } from './storage/queues.ts'

/** `waits` wakes those who poll for `sqs:<queueName>`; when `stopping` aborts, they are answered with what is there. */
export function receiveOperations(context: SqsContext, waits: Wakeups, stopping: AbortSignal): Operations {
  const { db, messages, runtime } = context
  const receiver = new Receiver(context)
  return {
    async ReceiveMessage(input) {
      const name = queueOf(context, input).name
      const request = checkReceive(input, queueOf(context, input).settings)
      const untilMs = runtime.now() + request.waitMs
      for (;;) {
        const queue = queueOf(context, input)
        const lookedAtMs = runtime.now()
        const received = receiver.receive(queue, request)
        if (received.length > 0) return { Messages: received.map((one) => show(context, queue, one, request)) }
        const leftMs = untilMs - runtime.now()
        if (leftMs <= 0) return {}
        // Of what becomes visible since the look it says that it is to come.
        const visibleInMs = (messages.nextVisibleMs(queue, lookedAtMs) ?? untilMs) - runtime.now()
        // A timer may fire a little early.
        const timeoutMs = Math.max(1, Math.min(leftMs, visibleInMs))
        await waits.wait(`sqs:${name}`, { timeoutMs, signal: stopping })
        if (stopping.aborted) return {}
      }
    },

    DeleteMessage(input) {
      const queue = queueOf(context, input)
      db.write(() => remove(context, queue, input.ReceiptHandle))
      return {}
    },

    DeleteMessageBatch(input) {
      const queue = queueOf(context, input)
      const entries = checkBatch('DeleteMessageBatch', input.Entries)
      return db.write(
        () =>
          eachEntry(entries, ({ ReceiptHandle }) => {
            remove(context, queue, ReceiptHandle)
            return {}
          }) as unknown as Output,
      )
    },

    ChangeMessageVisibility(input) {
      const queue = queueOf(context, input)
      db.write(() => changeVisibility(context, queue, input))
      return {}
    },

    ChangeMessageVisibilityBatch(input) {
      const queue = queueOf(context, input)
      const entries = checkBatch('ChangeMessageVisibilityBatch', input.Entries)
      return db.write(
        () =>
          eachEntry(entries, (entry) => {
            changeVisibility(context, queue, entry)
            return {}
          }) as unknown as Output,
      )
    },
  }
}

function show(
  { messages, handles }: SqsContext,
  queue: Queue,
  { seq, nonce }: Received,
  request: ReceiveRequest,
): Output {
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

function remove({ handles, messages, runtime, changed }: SqsContext, queue: Queue, handle: unknown): void {
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle')
  const { seq, nonce } = handles.read(handle, queue.id)
  const { isFifo } = queue.settings
  if (!mayDelete(String(handle), messages.taken(seq, nonce), { isFifo, nowMs: runtime.now() })) return
  messages.remove(queue, [seq])
  // In a FIFO queue the next messages of its group are free now.
  if (isFifo) changed(queue)
}

function changeVisibility(
  { handles, messages, runtime, changed }: SqsContext,
  queue: Queue,
  { ReceiptHandle: handle, VisibilityTimeout: seconds }: Output,
): void {
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle')
  if (seconds === undefined) throw missingParameter('VisibilityTimeout')
  const { seq, nonce } = handles.read(handle, queue.id)
  const now = { isFifo: queue.settings.isFifo, nowMs: runtime.now(), seconds }
  const visibleMs = changedVisibility(String(handle), messages.taken(seq, nonce), now)
  if (visibleMs === undefined) return
  messages.setVisible(queue, seq, visibleMs)
  changed(queue)
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
