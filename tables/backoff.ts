import type { World } from '../domain/world.ts'

/**
 * How often and how long a write is tried again when DynamoDB says "not now" (conflict, throttling). Full jitter: AWS Architecture
 * Blog, "Exponential Backoff And Jitter". The deadline leaves a function time to answer before the gateway gives up at 29 s.
 */
export const backoff = { firstDelayMsMax: 20, delayMsMax: 800, deadlineMs: 8_000 }

/** Counts the attempts of one request; `again` waits and says whether there is time for another before `untilMs`. */
export class Attempts {
  readonly #world: World
  readonly #untilMs: number
  #count = 0

  constructor(world: World, untilMs = world.now() + backoff.deadlineMs) {
    this.#world = world
    this.#untilMs = untilMs
  }

  async again(): Promise<boolean> {
    const delayMsMax = Math.min(backoff.delayMsMax, backoff.firstDelayMsMax * 2 ** this.#count++)
    const delayMs = Math.floor(this.#world.random() * delayMsMax)
    if (this.#world.now() + delayMs > this.#untilMs) return false
    await this.#world.sleep(delayMs)
    return true
  }
}
