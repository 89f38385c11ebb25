import { type UseCase, useCases } from '../cost/usage.ts'
import { runsPerTicket } from './row-units.ts'

/** What no measurement on one machine can tell. Each is on the page. */
export const assumptions = {
  /** The busiest hour against the mean: eight hours on five of seven days are 4.2 times the mean, and a rush is above that. */
  peakFactor: 5,
  /** GET requests per POST. */
  readsPerWrite: 10,
  /** The largest tenant's part of all traffic. */
  largestTenant: 0.3,
  /** Node's heap by default on a machine with enough memory, for commands that read all rows into one process. */
  commandHeapBytes: 4e9,
  /**
   * What a stored byte takes in that heap with what is parsed and rebuilt from it: 800 tickets of 67 MB fit into 350 MB
   * (test/proof/check-memory.long.ts).
   */
  heapPerStoredByte: 5,
} as const

const secondsPerYear = 365 * 24 * 3_600

export type Rates = ReturnType<typeof ratesOf>

/** Rates in the busiest hour when this many tickets are opened in a year, evenly. */
export function ratesOf(ticketsPerYear: number) {
  const opens = (ticketsPerYear / secondsPerYear) * assumptions.peakFactor
  const perTicket = runsPerTicket()
  const runs = Object.fromEntries(useCases.map((name) => [name, perTicket[name] * opens])) as Record<UseCase, number>
  const posts = runs['open a ticket'] + runs.comment
  return {
    runs,
    /** An attachment is requested by one event and published by another. */
    events: posts + 2 * runs['attachment saga'],
    requests: posts + runs.duplicate + 2 * runs['attachment saga'] + posts * assumptions.readsPerWrite,
    mails: runs['notification saga'],
    sagas: runs['notification saga'] + runs['attachment saga'] + runs.webhook,
  }
}
