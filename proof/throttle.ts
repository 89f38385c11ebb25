import type { Runtime } from '../domain/runtime.ts'

/** Keeps work below a number of capacity units per second. */
export class Throttle {
  readonly #runtime: Pick<Runtime, 'now' | 'sleep'>
  readonly #unitsPerSecond: number
  #consumed = 0
  #startedAtMs: number | undefined

  constructor(runtime: Pick<Runtime, 'now' | 'sleep'>, unitsPerSecond: number) {
    this.#runtime = runtime
    this.#unitsPerSecond = unitsPerSecond
  }

  get consumedUnits(): number {
    return this.#consumed
  }

  add = (units: number): void => {
    this.#startedAtMs ??= this.#runtime.now()
    this.#consumed += units
  }

  /** Resolves when what was consumed so far is no more than the rate allows since the first call. */
  async wait(): Promise<void> {
    if (this.#startedAtMs === undefined) return
    const dueMs = this.#startedAtMs + (this.#consumed / this.#unitsPerSecond) * 1_000
    const leftMs = dueMs - this.#runtime.now()
    if (leftMs > 0) await this.#runtime.sleep(leftMs)
  }
}
