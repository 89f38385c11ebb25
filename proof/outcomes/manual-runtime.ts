import type { Runtime } from '../../domain/runtime.ts'

/** A runtime whose clock stands until it is moved or someone sleeps, and whose chance repeats: the same run each time. */
export class ManualRuntime implements Runtime {
  #nowMs = Date.parse('2026-03-01T12:00:00.000Z')
  #random = 1
  #ids = 0
  #draws = 0

  now = () => this.#nowMs

  /** Mulberry32 by Tommy Ettinger (public domain). */
  random = () => {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  newId = () => `${String(++this.#ids).padStart(8, '0')}-0000-4000-8000-000000000000`

  randomBytes = (size: number) => Buffer.alloc(size, `${++this.#draws} `)

  sleep = async (ms: number) => this.pass(ms)

  pass(ms: number): void {
    this.#nowMs += ms
  }
}
