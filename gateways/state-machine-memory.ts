import type { Start, StateMachines } from './state-machine.ts'

/** {@link StateMachines} in memory, for tests and simulation: keeps what was started, in order. */
export class MemoryStateMachines implements StateMachines {
  readonly started: Start[] = []

  async start(start: Start): Promise<'started' | 'already-started'> {
    const { machineArn, name } = start
    if (this.started.some((each) => each.machineArn === machineArn && each.name === name)) return 'already-started'
    this.started.push(structuredClone(start))
    return 'started'
  }
}
