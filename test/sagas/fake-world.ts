import type { World } from '../../domain/world.ts'

/** A world that tests own: time moves by a millisecond whenever someone looks, and by what they sleep; chance comes from a seed. */
export class FakeWorld implements World {
  #nowMs = Date.parse('2026-03-01T12:00:00.000Z')
  #ids = 0
  #state: number

  constructor(seed = 1) {
    this.#state = seed
  }

  now(): number {
    return this.#nowMs++
  }

  /** mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  newId(): string {
    return `${String(++this.#ids).padStart(8, '0')}-0000-4000-8000-000000000000`
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms
  }
}
