import { invalidValue } from '../errors.ts'
import { receivedMax, visibilitySecondsMax, waitSecondsMax } from './limits.ts'
import type { QueueSettings } from './queue-attributes.ts'

type Input = Record<string, unknown>

export interface ReceiveRequest {
  count: number
  visibilityMs: number
  waitMs: number
  /** System attributes by name, or `All`. */
  systemNames: string[]
  attributeNames: string[]
  attemptId: string | undefined
}

/** Reads a ReceiveMessage; what it leaves out is the queue's. */
export function checkReceive(input: Input, queue: QueueSettings): ReceiveRequest {
  const { MaxNumberOfMessages: count = 1, VisibilityTimeout: visibility, WaitTimeSeconds: wait } = input
  if (!isWithin(count, 1, receivedMax))
    throw invalidValue(count, 'MaxNumberOfMessages', `Must be between 1 and ${receivedMax}, if provided.`)
  if (wait !== undefined && !isWithin(wait, 0, waitSecondsMax))
    throw invalidValue(wait, 'WaitTimeSeconds', `Must be >= 0 and <= ${waitSecondsMax}, if provided.`)
  if (visibility !== undefined) checkVisibility(visibility)
  const attemptId = input.ReceiveRequestAttemptId as string | undefined
  if (attemptId !== undefined && !queue.isFifo)
    throw invalidValue(
      attemptId,
      'ReceiveRequestAttemptId',
      'The request include parameter that is not valid for this queue type.',
    )
  return {
    count: Number(count),
    visibilityMs: visibility === undefined ? queue.visibilityMs : Number(visibility) * 1000,
    waitMs: wait === undefined ? queue.waitMs : Number(wait) * 1000,
    systemNames: [...names(input.MessageSystemAttributeNames), ...names(input.AttributeNames)],
    attributeNames: names(input.MessageAttributeNames),
    attemptId,
  }
}

function checkVisibility(seconds: unknown): number {
  if (!isWithin(seconds, 0, visibilitySecondsMax))
    throw invalidValue(seconds, 'VisibilityTimeout', `Must be >= 0 and <= ${visibilitySecondsMax}, if provided.`)
  return Number(seconds) * 1000
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(Number(value)) && Number(value) >= min && Number(value) <= max
}

const names = (given: unknown) => (Array.isArray(given) ? given.map(String) : [])

/** What decides whether a stored message can be received. */
export interface Candidate {
  seq: number
  visibleMs: number
  receiveCount: number
}

/**
 * What becomes of the next messages, in their order: those that were received as often as they may are dead, and in a FIFO group
 * nothing comes before a message that is not visible yet.
 */
export function sortOut(
  candidates: readonly Candidate[],
  { nowMs, room, maxReceiveCount }: { nowMs: number; room: number; maxReceiveCount: number | undefined },
): { deliver: number[]; dead: number[] } {
  const deliver: number[] = []
  const dead: number[] = []
  for (const { seq, visibleMs, receiveCount } of candidates) {
    if (visibleMs > nowMs || deliver.length >= room) break
    if (maxReceiveCount !== undefined && receiveCount >= maxReceiveCount) dead.push(seq)
    else deliver.push(seq)
  }
  return { deliver, dead }
}

/** A message that a receipt handle names; undefined when it is gone. */
export interface Taken {
  visibleMs: number
  takenMs: number
  /** Whether the handle is the one of its last receive. */
  isLatest: boolean
}

/** Whether a delete takes the message away. A message that is gone is deleted; an old handle of a standard queue does nothing. */
export function mayDelete(
  handle: string,
  taken: Taken | undefined,
  { isFifo, nowMs }: { isFifo: boolean; nowMs: number },
): boolean {
  if (!taken) return false
  if (isFifo && (!taken.isLatest || taken.visibleMs <= nowMs))
    throw invalidValue(handle, 'ReceiptHandle', 'The receipt handle has expired.')
  return taken.isLatest
}

/**
 * When the message is visible again after a change of its visibility timeout; undefined for one that is visible already and stays so:
 * a standard queue answers 200 then, as LocalStack's tests recorded of AWS (`test_change_message_visibility_after_…_expiration`).
 */
export function changedVisibility(
  handle: string,
  taken: Taken | undefined,
  { isFifo, nowMs, seconds }: { isFifo: boolean; nowMs: number; seconds: unknown },
): number | undefined {
  const ms = checkVisibility(seconds)
  const isVisible = taken !== undefined && taken.visibleMs <= nowMs
  if (!taken?.isLatest || (isFifo && isVisible))
    throw invalidValue(
      handle,
      'ReceiptHandle',
      'Message does not exist or is not available for visibility timeout change.',
    )
  if (isVisible) return undefined
  if (nowMs + ms - taken.takenMs > visibilitySecondsMax * 1000)
    throw invalidValue(
      seconds,
      'VisibilityTimeout',
      `Total VisibilityTimeout for the message is beyond the limit [${visibilitySecondsMax} seconds]`,
    )
  return nowMs + ms
}
