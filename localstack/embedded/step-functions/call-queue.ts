import type { Frame } from './frame.ts'

interface WaitingCall {
  seq: number
  frame: Frame
}

/** Tasks whose call waits for a free place, first come, first called. A frame waits once at most: a newer attempt replaces an older one. */
export class CallQueue {
  readonly #calls = new Map<string, WaitingCall>()

  add(seq: number, frame: Frame): void {
    this.#calls.delete(name(seq, frame.id))
    this.#calls.set(name(seq, frame.id), { seq, frame })
  }

  has(seq: number, frameId: number): boolean {
    return this.#calls.has(name(seq, frameId))
  }

  take(): WaitingCall | undefined {
    const [first] = this.#calls
    if (!first) return undefined
    this.#calls.delete(first[0])
    return first[1]
  }
}

function name(seq: number, frameId: number): string {
  return `${seq} ${frameId}`
}
