import type { Readable } from 'node:stream'
import type { AwsCall, JsonService, Principal } from '../ports.ts'

/** What goes back on the wire, complete. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** A stream's length is among the headers. Code that does not send a stream must destroy it. */
  body: Buffer | string | Readable
}

/** A JSON service that can answer in bytes, so that what the edge only passes on is not decoded and encoded again. */
export interface WireService extends JsonService {
  /** `body` is the request as it was sent, `input` the same parsed. Errors are thrown as `AwsError` or answered. */
  answer(operation: string, input: Record<string, unknown>, body: Buffer, principal: Principal): Promise<Answer>
}

/**
 * Stands around one call: may throw `AwsError` before or after it, wait, change the answer, or throw
 * {@link AnswerDropped}. `proceed` carries the call out and is to be called at most once,
 * unless the call only reads.
 */
export type Interceptor = (call: AwsCall, proceed: () => Promise<Answer>) => Promise<Answer>

/** The caller gets no answer: its connection is cut, as when a network fails after the service did its work. */
export class AnswerDropped extends Error {}
