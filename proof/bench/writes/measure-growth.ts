import { type EngineStore, openEngineStore } from '../../engine-store.ts'
import { copyRows } from '../copy-rows.ts'
import { percentile, rotated, type Spread, spreadOf } from '../rounds.ts'
import { writeMethods } from './methods.ts'
import { type Kind, kinds, newRequest, timeRequests } from './time-requests.ts'
import type { WriteMethod } from './write-method.ts'

export interface GrowthSettings {
  /** Stored tickets, each with the rows that its request wrote; the others are compared with the first. */
  sizes: readonly number[]
  /** New requests on each size in each round, and as many duplicates. */
  requests: number
  rounds: number
}

/** How fast the write path is on tables of a size. */
export interface GrowthRow {
  kind: Kind
  tickets: number
  p50Ms: number
  p99Ms: number
  /** The ratio to the latency on the first size, in each round. */
  ratio: Spread
}

/** All that the request of a ticket writes. Its outbox row stays, as nobody relays it here. */
const tables = ['Tickets', 'Events', 'Outbox', 'RequestKeys'] as const

/** Measures the write path on engines with tables of each size, which take turns in each round. One client sends. */
export async function measureGrowth(
  { sizes, requests, rounds }: GrowthSettings,
  onProgress: (step: string) => void,
): Promise<GrowthRow[]> {
  const engines: FilledEngine[] = []
  try {
    for (const tickets of sizes) {
      onProgress(`Storing ${tickets.toLocaleString('en')} tickets`)
      const engine = await openEngineStore()
      const write = writeMethods(engine.config).steadfast
      engines.push({ tickets, engine, write })
      const { id } = JSON.parse((await write(newRequest())).body) as { id: string }
      copyRows(engine.databasePath, { tables, ticketId: id, count: tickets })
    }
    const samples: Sample[] = []
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      onProgress(round === 0 ? 'Warming up' : `Comparing sizes, round ${round} of ${rounds}`)
      for (const { tickets, write } of rotated(engines, round)) {
        const timed = await timeRequests(write, 1, requests)
        if (round > 0)
          samples.push(...kinds.map((kind) => ({ kind, tickets, round, latenciesMs: timed[kind].latenciesMs })))
      }
    }
    return kinds.flatMap((kind) => growthOf(kind, sizes, samples))
  } finally {
    for (const { engine } of engines) await engine.close()
  }
}

interface FilledEngine {
  tickets: number
  engine: EngineStore
  write: WriteMethod
}

interface Sample {
  kind: Kind
  tickets: number
  round: number
  latenciesMs: number[]
}

function growthOf(kind: Kind, sizes: readonly number[], samples: readonly Sample[]): GrowthRow[] {
  const ofSize = (size: number | undefined) =>
    samples.filter((sample) => sample.kind === kind && sample.tickets === size)
  const p50OfFirst = new Map(ofSize(sizes[0]).map(({ round, latenciesMs }) => [round, percentile(50, latenciesMs)]))
  return sizes.map((tickets) => {
    const rounds = ofSize(tickets)
    const latenciesMs = rounds.flatMap((sample) => sample.latenciesMs)
    const ratios = rounds.map(
      (sample) => percentile(50, sample.latenciesMs) / (p50OfFirst.get(sample.round) ?? Number.NaN),
    )
    const [p50Ms, p99Ms] = [percentile(50, latenciesMs), percentile(99, latenciesMs)]
    return { kind, tickets, p50Ms, p99Ms, ratio: spreadOf(ratios) }
  })
}
