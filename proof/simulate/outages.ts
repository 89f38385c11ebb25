import type { Faults } from './faults.ts'
import type { Scheduler } from './scheduler.ts'

/** What can be down: a gateway, a queue by its name, or every write to a table. */
export type Service =
  | 'mail'
  | 'webhook endpoints'
  | 'objects'
  | 'state machines'
  | `queue ${string}`
  | `table ${string}`

/** A time in which a service does not answer, in milliseconds after the start. */
export interface Outage {
  service: Service
  fromMs: number
  untilMs: number
}

/** The outages of one run. */
export class Outages {
  readonly #outages: readonly Outage[]
  readonly #scheduler: Scheduler
  readonly #faults: Faults
  readonly #startMs: number

  constructor(outages: readonly Outage[], scheduler: Scheduler, faults: Faults) {
    this.#outages = outages.filter(({ service }) => faults.at(`${service}, for a while`, ['outage'], () => 1))
    this.#scheduler = scheduler
    this.#faults = faults
    this.#startMs = scheduler.nowMs
  }

  hasOutage(services: readonly Service[]): boolean {
    if (this.#outages.length === 0 || this.#faults.haveStopped) return false
    const elapsedMs = this.#scheduler.nowMs - this.#startMs
    return this.#outages.some(
      ({ service, fromMs, untilMs }) => elapsedMs >= fromMs && elapsedMs < untilMs && services.includes(service),
    )
  }
}
