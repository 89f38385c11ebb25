import type { Mail } from '../mail/mail.ts'

/** Something that happened in the stack, as the app's extensions see it. Durations are in milliseconds. */
export type StackEvent = RequestEvent | MessageEvent | ExecutionEvent | FailureEvent | MailEvent

/** A request to an API was answered. */
export interface RequestEvent {
  kind: 'request'
  method: string
  /** As sent, after the stage, without the query. */
  path: string
  status: number
  ms: number
  /** Names in lower case; the last value of a name that repeats. */
  requestHeaders: Record<string, string>
  responseHeaders: Record<string, string>
}

/** A function was given a message of a queue: `delivered` is deleted, `returned` comes again. */
export interface MessageEvent {
  kind: 'message'
  queueName: string
  functionName: string
  messageId: string
  body: string
  outcome: 'delivered' | 'returned'
  ms: number
}

/** An execution of a state machine began (`RUNNING`) or ended. Input and output are JSON texts. */
export interface ExecutionEvent {
  kind: 'execution'
  machineName: string
  executionName: string
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
  input: string
  output?: string
  error?: string
  cause?: string
  /** The duration of an execution that ended. */
  ms?: number
}

/** An invocation failed: the function threw, ran out of time, or its environment ended. */
export interface FailureEvent {
  kind: 'failure'
  functionName: string
  requestId: string
  payload: unknown
  errorType: string
  errorMessage: string
  ms: number
}

/** A mail was accepted. */
export interface MailEvent {
  kind: 'mail'
  mail: Mail
}

/** `problem`: it went wrong. `repeat`: it had been done before. `undone`: what was done is taken back. */
export type Tone = 'problem' | 'repeat' | 'undone'

/** What an app knows of an event. What it leaves out is told in general words. */
export interface EventMeaning {
  /** Ties it to the other events that the same cause led to. */
  correlationId?: string | undefined
  what?: string
  outcome?: string
  tone?: Tone
}
