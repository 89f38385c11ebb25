import type { Runtime } from '../../domain/runtime.ts'
import { mulberry32 } from '../../localstack/embedded/mulberry32.ts'

/** A runtime that tests own: time moves by a millisecond whenever someone looks, and by what they sleep; chance comes from a seed. */
export class FakeRuntime implements Runtime {
  #nowMs = Date.parse('2026-03-01T12:00:00.000Z')
  #ids = 0
  #draws = 0
  readonly random: () => number

  constructor(seed = 1) {
    this.random = mulberry32(seed)
  }

  now(): number {
    return this.#nowMs++
  }

  newId(): string {
    return `${String(++this.#ids).padStart(8, '0')}-0000-4000-8000-000000000000`
  }

  randomBytes(size: number): Uint8Array {
    return Buffer.alloc(size, `${++this.#draws} `)
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms
  }
}
