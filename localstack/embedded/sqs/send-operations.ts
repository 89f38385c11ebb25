import type { Principal } from '../ports.ts'
import { type Input, type Operations, type Output, queueOf, type SqsContext } from './context.ts'
import { batchError, invalidParameter, missingParameter, SqsError } from './errors.ts'
import { checkBatch, eachEntry } from './rules/batch.ts'
import { deduplicationMs, messageBytesMax } from './rules/limits.ts'
import { checkMessage, deduplicationScope, type SentMessage } from './rules/send.ts'
import type { Queue } from './storage/queues.ts'

export function sendOperations(context: SqsContext): Operations {
  const { db, messages, runtime, changed } = context
  const { prepare } = db

  function send(queue: Queue, message: SentMessage, principal: Principal): Output {
    const { groupId = '', deduplicationId } = message
    const scope = deduplicationScope(queue.settings, groupId)
    const nowMs = runtime.now()
    const earlier = deduplicationId === undefined ? undefined : findEarlier(queue, scope, deduplicationId, nowMs)
    const { id, seq } = earlier ?? store(queue, message, principal, nowMs)
    if (!earlier && deduplicationId !== undefined)
      prepare('INSERT OR REPLACE INTO deduplications VALUES (?, ?, ?, ?, ?, ?)').run(
        queue.id,
        scope,
        deduplicationId,
        id,
        seq,
        nowMs + deduplicationMs,
      )
    const { bodyMd5, attributesMd5, systemAttributesMd5 } = message
    return {
      MD5OfMessageBody: bodyMd5,
      ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
      ...(systemAttributesMd5 !== undefined && { MD5OfMessageSystemAttributes: systemAttributesMd5 }),
      MessageId: id,
      ...(queue.settings.isFifo && { SequenceNumber: sequenceNumber(seq) }),
    }
  }

  /** The message with the same id within the last five minutes, also if it was received and deleted since. */
  function findEarlier(
    queue: Queue,
    scope: string,
    id: string,
    nowMs: number,
  ): { id: string; seq: number } | undefined {
    const row = prepare(
      'SELECT messageId, seq FROM deduplications WHERE queue = ? AND scope = ? AND id = ? AND untilMs > ?',
    ).get(queue.id, scope, id, nowMs)
    return row && { id: String(row.messageId), seq: Number(row.seq) }
  }

  function store(queue: Queue, message: SentMessage, principal: Principal, nowMs: number): { id: string; seq: number } {
    const id = runtime.uuid()
    changed(queue)
    return { id, seq: messages.insert(queue, message, { id, sender: senderId(principal), nowMs }) }
  }

  return {
    SendMessage(input, principal) {
      const queue = queueOf(context, input)
      const message = checkMessage(input, queue.settings)
      return db.write(() => send(queue, message, principal))
    },

    SendMessageBatch(input, principal) {
      const queue = queueOf(context, input)
      const entries = checkBatch('SendMessageBatch', input.Entries)
      if (queue.settings.isFifo) for (const entry of entries) checkFifoEntry(entry, queue)
      const checked = new Map<string, SentMessage | SqsError>()
      for (const entry of entries)
        checked.set(
          entry.Id,
          attempt(() => checkMessage(entry, queue.settings)),
        )
      const bytes = [...checked.values()].reduce((sum, one) => sum + (one instanceof SqsError ? 0 : one.bytes), 0)
      if (bytes > messageBytesMax)
        throw batchError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${messageBytesMax} bytes. You have sent ${bytes} bytes.`,
        )
      return db.write(
        () =>
          eachEntry(entries, ({ Id }) => {
            const message = checked.get(Id) as SentMessage | SqsError
            if (message instanceof SqsError) throw message
            return send(queue, message, principal)
          }) as unknown as Output,
      )
    },
  }
}

/** What a FIFO queue misses in one entry refuses the whole batch. */
function checkFifoEntry({ MessageGroupId, MessageDeduplicationId }: Input, { settings }: Queue): void {
  if (MessageGroupId === undefined) throw invalidParameter(missingParameter('MessageGroupId').message)
  if (MessageDeduplicationId === undefined && !settings.isContentBased)
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
}

function attempt<T>(check: () => T): T | SqsError {
  try {
    return check()
  } catch (error) {
    if (error instanceof SqsError) return error
    throw error
  }
}

/** Twenty digits that grow, as SQS's. */
export function sequenceNumber(seq: number): string {
  return String(18_000_000_000_000_000_000n + BigInt(seq) * 256n)
}

function senderId(principal: Principal): string {
  if (principal.kind === 'developer') return 'AIDAEMBEDDEDSTACK'
  return `${principal.roleName}:${principal.sessionName ?? principal.roleName}`
}
