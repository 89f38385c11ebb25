import type { Runtime } from '../domain/runtime.ts'
import { randomFrom } from './random.ts'

/** More sleeps than any finite run needs: who sleeps more often repeats something without a bound. */
const sleepsMax = 50_000

/**
 * A deterministic {@link Runtime} for one actor at a time. The clock stands still until {@link advance} or a sleep moves it, and a sleep
 * ends at once. Random numbers, ids and bytes repeat with the seed. A retry without a bound
 * ends with an error instead of hanging. Where several actors sleep at the same time, use `VirtualRuntime`.
 */
export class ManualRuntime implements Runtime {
  readonly random: () => number
  #nowMs: number
  #ids = 0
  #draws = 0
  #sleeps = 0

  constructor({ seed = 1, nowMs = Date.parse('2026-03-01T12:00:00.000Z') } = {}) {
    this.#nowMs = nowMs
    this.random = randomFrom(seed)
  }

  now = () => this.#nowMs

  newId = () => `${String(++this.#ids).padStart(8, '0')}-0000-4000-8000-000000000000`

  randomBytes = (size: number) => Buffer.alloc(size, `${++this.#draws} `)

  sleep = async (ms: number): Promise<void> => {
    this.countSleep()
    this.advance(ms)
  }

  /** Throws `Error` when something sleeps without end. */
  protected countSleep(): void {
    if (++this.#sleeps > sleepsMax) throw new Error(`more than ${sleepsMax} sleeps: a retry has no bound`)
  }

  /** Moves the clock forward. */
  advance(ms: number): void {
    this.#nowMs += ms
  }
}
