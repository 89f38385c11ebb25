import type { AppSettings } from '../cost/app-settings.ts'
import { type Measured, type UseCase, useCases } from '../cost/usage.ts'
import { integerBetween, type Random, randomFrom } from '../random.ts'
import { isOfOneRun, type KeyScope } from './key-scopes.ts'
import { placesOf, runsPerTicket, wordsPerMessage } from './row-units.ts'

export interface Skew {
  /** Tickets opened per second; everything else follows as in the usual month. */
  opensPerSecond: number
  /** The largest tenant's part of all traffic: 0.1 to 0.5. */
  largestTenant: number
  seconds: number
  seed: number
}

/** The busiest partition key of a place. */
export interface HotKey {
  place: string
  scope: KeyScope
  key: string
  writeUnitsPerSecond: number
}

const otherTenants = 1_000
/** Tickets of a tenant that are worked on in the same minutes; which of them is busy follows Zipf's law with exponent 1. */
const busyTickets = 1_000
const people = 50

/**
 * How many in a hundred words begin with each letter, the most frequent first (https://en.wikipedia.org/wiki/Letter_frequency, first
 * letters in texts, rounded); the last stands for all others.
 */
const firstLetters = [16, 11.7, 7.6, 7.3, 6.7, 6.2, 5.5, 4.4, 4.3, 4.2, 4, 3.8, 3.2, 2.8, 2.4, 2.3, 1.6, 6]

/**
 * Runs use cases against keys for some seconds and counts write units per partition key: the busiest key of each table and index comes
 * first. The same seed gives the same traffic.
 */
export function hotKeys(skew: Skew, measured: Measured, settings: AppSettings): HotKey[] {
  const random = randomFrom(skew.seed)
  const tickets = zipf(busyTickets)
  const letters = cumulated(firstLetters)
  const counts = new Map<string, HotKey>()
  const count = (place: string, scope: KeyScope, name: string, units: number) => {
    const id = `${place} ${name}`
    const found = counts.get(id)
    // One run is over within a second.
    const seconds = isOfOneRun(scope) ? 1 : skew.seconds
    const writeUnitsPerSecond = (found?.writeUnitsPerSecond ?? 0) + units / seconds
    counts.set(id, { place, scope, key: name, writeUnitsPerSecond })
  }
  const perTicket = runsPerTicket()
  for (const useCase of useCases) {
    const places = placesOf(useCase, measured, settings)
    const runs = Math.round(perTicket[useCase] * skew.opensPerSecond * skew.seconds)
    for (let run = 0; run < runs; run++) {
      const names = namesOf(useCase, run, random, skew.largestTenant, tickets)
      for (const { place, scope, writeUnits } of places) {
        if (scope === 'tenant and first letter') {
          for (let word = 0; word < wordsPerMessage; word++)
            count(place, scope, `${names.tenant} letter ${drawn(letters, random)}`, writeUnits / wordsPerMessage)
        } else count(place, scope, names[scope], writeUnits)
      }
    }
  }
  return busiest([...counts.values()])
}

type Names = Record<Exclude<KeyScope, 'tenant and first letter'>, string>

function namesOf(useCase: UseCase, run: number, random: Random, largest: number, tickets: readonly number[]): Names {
  const tenant = random() < largest ? 'the largest tenant' : `tenant ${integerBetween(random, 1, otherTenants)}`
  const isNew = useCase === 'open a ticket'
  const ticket = `${tenant} ticket ${isNew ? `new ${run}` : drawn(tickets, random)}`
  return {
    request: `request ${useCase} ${run}`,
    saga: `saga ${useCase} ${run}`,
    ticket,
    person: `${tenant} person ${integerBetween(random, 1, people)}`,
    // Half of the tickets that are worked on have one status.
    'tenant and status': `${tenant} status ${integerBetween(random, 0, 1)}`,
    tenant,
    all: 'all',
  }
}

/** The busiest key of each place and scope, the busiest place first. */
function busiest(keys: readonly HotKey[]): HotKey[] {
  const best = new Map<string, HotKey>()
  for (const key of keys) {
    const id = `${key.place} ${key.scope}`
    if (key.writeUnitsPerSecond > (best.get(id)?.writeUnitsPerSecond ?? 0)) best.set(id, key)
  }
  return [...best.values()].toSorted((a, b) => b.writeUnitsPerSecond - a.writeUnitsPerSecond)
}

function zipf(n: number): number[] {
  return cumulated(Array.from({ length: n }, (_, rank) => 1 / (rank + 1)))
}

/** The share of everything up to each of the weights. */
function cumulated(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum / total
  })
}

function drawn(shares: readonly number[], random: Random): number {
  const number = random()
  return shares.findIndex((share) => number < share) + 1
}
