import type { Json, JsonObject } from './json.ts'

/** How a state was left: its output, the next state if it names one, the variables then. */
export interface Left {
  output: Json
  next: string | undefined
  variables: JsonObject
}

/**
 * What a test of one state wants to know of its run. It ends with the first thing that decides it: the state, or one around it
 * that caught its failure, was left, or will be tried again.
 */
export class Inspection {
  /** By the names of TestState's `inspectionData`. */
  readonly data: Record<string, Json> = {}
  /** By the names of its `errorDetails`. */
  readonly errorDetails: Record<string, number> = {}
  /** What `$$` holds instead of the run's own. */
  readonly context: JsonObject | undefined
  #left: Left | undefined
  #failed: { error: string | undefined; cause: string | undefined } | undefined
  #isOver = false

  constructor(context?: JsonObject) {
    this.context = context
  }

  get left(): Left | undefined {
    return this.#left
  }

  get failed() {
    return this.#failed
  }

  note(what: string, value: Json): void {
    if (!this.#isOver) this.data[what] = value
  }

  noteFailure(error: string | undefined, cause: string | undefined): void {
    if (!this.#isOver) this.#failed = { error, cause }
  }

  noteRetry(index: number, delayMs: number): void {
    if (this.#isOver) return
    this.errorDetails.retryIndex = index
    this.errorDetails.retryBackoffIntervalSeconds = delayMs / 1000
    this.#isOver = true
  }

  noteCatch(index: number): void {
    if (!this.#isOver) this.errorDetails.catchIndex = index
  }

  noteLeft(left: Left): void {
    if (!this.#isOver) this.#left = left
    this.#isOver = true
  }
}
