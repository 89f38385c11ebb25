import type { Runtime } from '../../domain/runtime.ts'
import { Coverage } from './coverage.ts'
import type { Draws } from './draws.ts'
import type { Faults } from './faults.ts'
import { type Outage, Outages } from './outages.ts'
import { Process, type ProcessOptions, type Surroundings } from './process.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'

/** Virtual time begins here. */
export const simulationStartMs = Date.parse('2026-03-02T09:00:00.000Z')

/** What everything in one simulated run shares: time, order, draws, faults, and the record of what happened. */
export class Simulation implements Surroundings {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly coverage = new Coverage()
  readonly draws: Draws
  readonly faults: Faults
  readonly outages: Outages
  readonly latencyMsMax: number
  readonly clockErrorMsMax: number
  readonly startMs: number
  readonly #names = new Map<string, number>()
  #running = 0

  constructor({
    draws,
    faults,
    latencyMsMax,
    clockErrorMsMax,
    outages = [],
    keepsLines = false,
    startMs = simulationStartMs,
  }: {
    draws: Draws
    faults: Faults
    latencyMsMax: number
    clockErrorMsMax: number
    outages?: readonly Outage[]
    keepsLines?: boolean
    startMs?: number
  }) {
    this.startMs = startMs
    this.scheduler = new Scheduler(startMs)
    this.trace = new Trace(this.scheduler, keepsLines)
    this.draws = draws
    this.faults = faults
    this.outages = new Outages(outages, this.scheduler, faults)
    this.latencyMsMax = latencyMsMax
    this.clockErrorMsMax = clockErrorMsMax
  }

  /** Processes and actors that have not ended. */
  get running(): number {
    return this.#running
  }

  /** Runs `work` as a process of its own, which any of its calls may end. */
  async run<T>(
    name: string,
    work: (process: Process) => Promise<T>,
    options?: ProcessOptions,
  ): Promise<{ status: 'returned'; value: T } | { status: 'threw'; error: Error } | { status: 'crashed' }> {
    const process = new Process(this, this.#unique(name), options)
    this.#running++
    try {
      const result = await Promise.race([
        work(process).then(
          (value) => ({ status: 'returned', value }) as const,
          (error: Error) => ({ status: 'threw', error }) as const,
        ),
        process.crashed,
      ])
      process.end()
      return result
    } finally {
      this.#running--
    }
  }

  /** Starts something that is no process of ours and never dies: a client, an event source, a state machine. */
  start(work: () => Promise<void>): void {
    this.#running++
    work().then(
      () => {
        this.#running--
      },
      (error) => {
        this.failure ??= error
      },
    )
  }

  /** Lets things happen until `work` has ended, where nothing else is to decide when to stop. */
  async untilEnded<T>(work: Promise<T>): Promise<T> {
    let hasEnded = false
    const watched = work.finally(() => {
      hasEnded = true
    })
    while (!hasEnded) await this.scheduler.step()
    return watched
  }

  /** The error of the simulation itself, if it has one. */
  failure: unknown

  /** Two processes of one name would draw the same ids. */
  #unique(name: string): string {
    const times = (this.#names.get(name) ?? 0) + 1
    this.#names.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  }

  /** Time, randomness and ids for an actor that is not a process. */
  runtimeOf(name: string): Runtime {
    const draws = this.draws.of(name)
    let count = 0
    return {
      now: () => Math.floor(this.scheduler.nowMs),
      random: () => draws.number(++count),
      newId: () => draws.uuid(++count),
      randomBytes: (size) => draws.bytes(size, ++count),
      sleep: (ms) => this.scheduler.sleep(ms),
    }
  }
}
