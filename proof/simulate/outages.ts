import type { Faults } from './faults.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * What can be down: a gateway, a queue by its name, every write to a table, or the undos of sagas, as in a
 * faulty version of their functions.
 */
export type Service =
  | 'mail'
  | 'webhook endpoints'
  | 'objects'
  | 'state machines'
  | 'undos'
  | `queue ${string}`
  | `table ${string}`

/** A time in which a service does not answer, in milliseconds after the start. */
export interface Outage {
  service: Service
  fromMs: number
  untilMs: number
}

/** The name under which an outage is a fault of a run. */
export function pointOf({ service }: Outage): string {
  return `${service}, for a while`
}

/** The outages of one run. */
export class Outages {
  readonly #outages: readonly Outage[]
  readonly #scheduler: Scheduler
  readonly #faults: Faults
  readonly #startMs: number

  constructor(outages: readonly Outage[], scheduler: Scheduler, faults: Faults) {
    this.#outages = outages.filter((outage) => faults.at(pointOf(outage), ['outage'], () => 1))
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
