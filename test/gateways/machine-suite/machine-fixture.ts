import type { Callbacks } from '../../../gateways/callbacks.ts'
import type { StateMachines } from '../../../gateways/state-machines.ts'
import { Draws } from '../../../proof/simulate/draws.ts'
import { Executions } from '../../../proof/simulate/executions.ts'
import { Faults } from '../../../proof/simulate/faults.ts'
import { Simulation } from '../../../proof/simulate/simulation.ts'
import type { StateMachine } from '../../../sagas/asl.ts'

/** A state machine to try. Its function ends when the test says so; jitter is always half of what it may be. */
export interface MachineFixture {
  machines: StateMachines
  callbacks: Callbacks
  machineArn: string
  /** Every invocation so far, in order. */
  calls: readonly FunctionCall[]
  /** Lets time pass and everything happen that is due, in steps of half a second. */
  advance(seconds: number): Promise<void>
  close(): Promise<void>
}

export type FunctionEnd = { result: unknown } | { error: string }

/** One invocation of the machine's function. */
export interface FunctionCall {
  /** Seconds since the fixture was made. */
  atSeconds: number
  /** The payload without the token; times are seconds, too. */
  payload: Record<string, unknown>
  token: string | undefined
  /** Whether it has ended; one that timed out has not. */
  hasEnded: boolean
  end(how: FunctionEnd): Promise<void>
}

/** The twin of the simulation, without its faults. */
export async function simulatedMachineFixture(machine: StateMachine): Promise<MachineFixture> {
  const simulation = new Simulation({
    draws: new HalfDraws(1),
    faults: new Faults({ faults: 'listed', list: [] }),
    latencyMsMax: 0,
    clockErrorMsMax: 0,
  })
  const { scheduler, startMs } = simulation
  const calls: FunctionCall[] = []

  /** What is due now, and what that makes due now. */
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await untilReached(0)
  }

  async function untilReached(ms: number): Promise<void> {
    let isReached = false
    scheduler.after(ms, () => {
      isReached = true
    })
    while (!isReached) await scheduler.step()
  }

  const machineArn = 'machine'
  const executions = new Executions(simulation, new Map([[machineArn, machine]]), (_arn, _name, payload) => {
    const ended = Promise.withResolvers<unknown>()
    calls.push({
      ...factsOf(payload, scheduler.nowMs, startMs),
      hasEnded: false,
      async end(how) {
        this.hasEnded = true
        if ('result' in how) ended.resolve(how.result)
        else ended.reject(Object.assign(new Error(), { name: how.error }))
        await settle()
      },
    })
    return ended.promise
  })
  return {
    machineArn,
    calls,
    machines: {
      start: (start) => executions.start(start).finally(settle),
      describe: (execution) => executions.describe(execution),
    },
    callbacks: { succeed: (token) => executions.succeed(token).finally(settle) },
    async advance(seconds) {
      await untilReached(seconds * 1000)
      // What became due at that very moment while time passed is behind its mark.
      await settle()
    },
    close: async () => {},
  }
}

/** Draws one half where a delay is drawn, and ids as ever. */
class HalfDraws extends Draws {
  readonly #seed: number

  constructor(seed: number) {
    super(seed)
    this.#seed = seed
  }

  override of(name: string): Draws {
    return new HalfDraws([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, this.#seed))
  }

  override number(): number {
    return 0.5
  }
}

export function factsOf(
  { token, enteredAt, ...payload }: Record<string, unknown>,
  nowMs: number,
  startMs: number,
): Pick<FunctionCall, 'atSeconds' | 'payload' | 'token'> {
  const since = (ms: number) => (ms - startMs) / 1000
  return {
    atSeconds: since(nowMs),
    payload: { ...payload, ...(enteredAt !== undefined && { enteredAt: since(Date.parse(String(enteredAt))) }) },
    token: token === undefined ? undefined : String(token),
  }
}
