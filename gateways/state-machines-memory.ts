import type { ExecutionRef, ExecutionStart, StateMachines } from './state-machines.ts'

/** In-memory {@link StateMachines} for tests and simulation. Records every start, in order. */
export class MemoryStateMachines implements StateMachines {
  readonly started: ExecutionStart[] = []
  readonly #ended = new Set<string>()

  async start(start: ExecutionStart): Promise<'started' | 'already-started'> {
    const earlier = this.#find(start)
    if (!earlier) this.started.push(structuredClone(start))
    return !earlier || this.#isSameAndRunning(earlier, start) ? 'started' : 'already-started'
  }

  async describe(execution: ExecutionRef): Promise<'running' | 'ended' | 'absent'> {
    if (!this.#find(execution)) return 'absent'
    return this.#ended.has(keyOf(execution)) ? 'ended' : 'running'
  }

  /** Ends an execution, as its last state or StopExecution would. */
  end(execution: ExecutionRef): void {
    this.#ended.add(keyOf(execution))
  }

  /** Forgets an execution, as Step Functions does 90 days after its end. */
  forget(execution: ExecutionRef): void {
    this.started.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...this.started.filter((start) => keyOf(start) !== keyOf(execution)),
    )
  }

  #isSameAndRunning(earlier: ExecutionStart, start: ExecutionStart): boolean {
    return !this.#ended.has(keyOf(earlier)) && JSON.stringify(earlier.input) === JSON.stringify(start.input)
  }

  #find(execution: ExecutionRef): ExecutionStart | undefined {
    return this.started.find((start) => keyOf(start) === keyOf(execution))
  }
}

function keyOf({ machineArn, name }: ExecutionRef): string {
  return `${machineArn} ${name}`
}
