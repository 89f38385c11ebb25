/** Something that happens at a moment of virtual time. */
interface Scheduled {
  dueMs: number
  /** Breaks ties: what was scheduled first happens first. */
  number: number
  happen: () => unknown
}

/** Returned by what happened, when no promise can make progress from it. */
export const idle = Symbol('idle')

/**
 * Owns time and order. Everything that happens is scheduled for a moment of virtual time, and happens alone: the next one begins when no
 * promise can make progress without it. So a simulated run has one order, which the seed decides.
 */
export class Scheduler {
  #nowMs: number
  #number = 0
  #steps = 0
  readonly #heap: Scheduled[] = []

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  /** Virtual milliseconds since the Unix epoch; may be a fraction. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** How much has happened so far. */
  get steps(): number {
    return this.#steps
  }

  /** The number of things that will happen. */
  get pending(): number {
    return this.#heap.length
  }

  after(delayMs: number, happen: () => unknown): void {
    const scheduled = { dueMs: this.#nowMs + delayMs, number: this.#number++, happen }
    const heap = this.#heap
    let at = heap.push(scheduled) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(scheduled, heap[parent] as Scheduled)) break
      heap[at] = heap[parent] as Scheduled
      at = parent
    }
    heap[at] = scheduled
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets the next thing happen, and all that follows from it without waiting. False when there is none. */
  async step(): Promise<boolean> {
    const next = this.#takeFirst()
    if (next) {
      this.#steps++
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      if (next.happen() === idle) return true
    }
    await settled()
    return next !== undefined
  }

  #takeFirst(): Scheduled | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Scheduled, heap[child] as Scheduled)) child++
      if (!isBefore(heap[child] as Scheduled, last)) break
      heap[at] = heap[child] as Scheduled
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number)
}

/** Resolves in a macrotask, when every promise that can make progress has made it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
