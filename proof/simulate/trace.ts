import { hashed } from './draws.ts'
import type { FaultKind } from './faults.ts'
import type { Scheduler } from './scheduler.ts'

/** One line of the story of a run. */
export interface TraceLine {
  atMs: number
  /** Who, and the number of its call. */
  point: string
  fault?: FaultKind | undefined
  /** What was done. */
  says: string
}

/** The record of a run: a hash of everything that happened in order, and the lines themselves where they are kept. */
export class Trace {
  readonly lines: TraceLine[] = []
  readonly #scheduler: Scheduler
  readonly #keepsLines: boolean
  #hash = 0x811c9dc5

  constructor(scheduler: Scheduler, keepsLines: boolean) {
    this.#scheduler = scheduler
    this.#keepsLines = keepsLines
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0')
  }

  record(point: string, fault: FaultKind | undefined, call: { says(): string }): void {
    this.#mix(point, fault ?? '')
    if (this.#keepsLines) this.lines.push({ atMs: this.#scheduler.nowMs, point, fault, says: call.says() })
  }

  note(point: string, says: string, fault?: FaultKind): void {
    this.#mix(point, says)
    if (this.#keepsLines) this.lines.push({ atMs: this.#scheduler.nowMs, point, fault, says })
  }

  #mix(point: string, what: string): void {
    this.#hash = hashed(hashed(hashed(this.#hash, point), what), String(this.#scheduler.nowMs))
  }
}
