import type { Callbacks } from './callbacks.ts'

/** {@link Callbacks} in memory, for tests and simulation: keeps who was called, in order. */
export class MemoryCallbacks implements Callbacks {
  readonly called: string[] = []

  async succeed(token: string): Promise<'woken' | 'not-waiting'> {
    const isFirst = !this.called.includes(token)
    this.called.push(token)
    return isFirst ? 'woken' : 'not-waiting'
  }
}
