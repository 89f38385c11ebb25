import type { Start, StateMachines } from './state-machine.ts'

type Execution = Pick<Start, 'machineArn' | 'name'>

/** {@link StateMachines} in memory, for tests and simulation: keeps what was started, in order. */
export class MemoryStateMachines implements StateMachines {
  readonly started: Start[] = []
  readonly #ended = new Set<string>()

  async start(start: Start): Promise<'started' | 'already-started'> {
    if (this.#find(start)) return 'already-started'
    this.started.push(structuredClone(start))
    return 'started'
  }

  async describe(execution: Execution): Promise<'running' | 'ended' | 'absent'> {
    if (!this.#find(execution)) return 'absent'
    return this.#ended.has(keyOf(execution)) ? 'ended' : 'running'
  }

  /** The execution ends, by itself or by someone's hand. */
  end(execution: Execution): void {
    this.#ended.add(keyOf(execution))
  }

  #find(execution: Execution): Start | undefined {
    return this.started.find((each) => keyOf(each) === keyOf(execution))
  }
}

function keyOf({ machineArn, name }: Execution): string {
  return `${machineArn} ${name}`
}
