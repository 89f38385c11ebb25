import type { Callbacks } from './callbacks.ts'

/** In-memory {@link Callbacks} for tests and simulation. Records every token it was called with, in order. */
export class MemoryCallbacks implements Callbacks {
  readonly called: string[] = []

  async succeed(token: string): Promise<'delivered' | 'task-closed'> {
    const isFirst = !this.called.includes(token)
    this.called.push(token)
    return isFirst ? 'delivered' : 'task-closed'
  }
}
