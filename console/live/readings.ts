import type { Fetched } from './fetched.ts'

/** What the stack is asked. */
export interface Question<Value> {
  /** Names it. Another one begins anew. */
  asked: string
  /** When it changes, the question is asked again. */
  turn: unknown
  /** Never rejects. */
  read: () => Promise<Fetched<Value>>
}

/** Readings of one thing after the other. */
export interface Readings<Value> {
  /** Reads another question at once, and the same one a moment after its turn has changed. */
  look(question: Question<Value>): void
  /** Reads and shows nothing any more. */
  stop(): void
}

/** What follows within it is read together. */
export const settleMs = 400

/** Readings whose answers are given to `show`. An answer is dropped when another question was asked since, or a later reading is shown. */
export function createReadings<Value>(show: (asked: string, fetched: Fetched<Value>) => void): Readings<Value> {
  let current: Question<Value> | undefined
  let begunTurn: unknown
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Numbers of readings: the newest, and the newest that is shown. */
  let begun = 0
  let shown = 0

  async function read(question: Question<Value>) {
    const number = ++begun
    begunTurn = question.turn
    const fetched = await question.read()
    if (number <= shown) return
    shown = number
    show(question.asked, fetched)
  }

  function forget() {
    clearTimeout(timer)
    timer = undefined
    shown = begun
  }

  return {
    look(question) {
      const isNew = current?.asked !== question.asked
      current = question
      if (isNew) {
        forget()
        void read(question)
      } else if (question.turn !== begunTurn) {
        // A timer that runs is left alone: while turns never pause, it still ends, and what happens until then is seen by the same reading.
        timer ??= setTimeout(() => {
          timer = undefined
          if (current) void read(current)
        }, settleMs)
      }
    },
    stop: forget,
  }
}
