import type { Fetched } from './fetched.ts'

/** What the stack is asked. */
export interface Question<Value> {
  /** Names it. Another one begins anew. */
  asked: string
  /** Changes when somebody did something about it: it is asked again. */
  turn?: unknown
  /** Changes when it may have changed by itself: it is asked again, but not while the last answer rests, nor two times at once. */
  pulse?: unknown
  /** Whether what was answered will not change by itself. */
  rests?: ((value: Value) => boolean) | undefined
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
  /** As it was when the newest reading began. */
  let read: Question<Value> | undefined
  let isResting = false
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Numbers of readings: the newest, and the newest that is shown. */
  let begun = 0
  let shown = 0

  async function begin(question: Question<Value>) {
    const number = ++begun
    read = question
    const fetched = await question.read()
    if (number <= shown) return
    shown = number
    isResting = fetched.status === 'there' && question.rests?.(fetched.value) === true
    show(question.asked, fetched)
    readAgain()
  }

  /** A timer that runs is left alone: while turns never pause, it still ends, and what happens until then is seen by the same reading. */
  function readAgain() {
    const isPulseHeard = shown === begun && !isResting
    const isDue = current?.turn !== read?.turn || (isPulseHeard && current?.pulse !== read?.pulse)
    if (!isDue) return
    timer ??= setTimeout(() => {
      timer = undefined
      if (current) void begin(current)
    }, settleMs)
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
      if (!isNew) return readAgain()
      forget()
      void begin(question)
    },
    stop: forget,
  }
}
