import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { openEngineStore } from '../../engine-store.ts'
import { percentile, rotated, type Spread, spreadOf } from '../rounds.ts'
import { meterCalls, type Work } from './meter-calls.ts'
import { createRecordsTable, writeMethods } from './methods.ts'
import { type Kind, kinds, newRequest, type Timing, timeRequests } from './time-requests.ts'
import { type MethodName, methodNames, type WriteMethods } from './write-method.ts'

export interface WriteSettings {
  /** Numbers of clients that send at the same time. */
  clients: readonly number[]
  /** New requests of each method in each round, and as many duplicates. */
  requests: number
  rounds: number
}

export type Other = Exclude<MethodName, 'steadfast'>

/** What one request of a method consumed. */
export interface WorkRow extends Work {
  kind: Kind
  method: MethodName
}

/** How fast a method was: latency over all rounds, the others in the median of the rounds. */
export interface SpeedRow {
  kind: Kind
  clients: number
  method: MethodName
  p50Ms: number
  p99Ms: number
  perSecond: number
  cpuMs: number
}

/** This project's write path divided by another method, in each round. */
export interface RatioRow {
  kind: Kind
  clients: number
  other: Other
  p50: Spread
  p99: Spread
  throughput: Spread
  cpu: Spread
}

export interface WriteReport {
  work: WorkRow[]
  speed: SpeedRow[]
  ratios: RatioRow[]
}

/**
 * Measures the methods on one engine, in one process. In each round they take turns, each time another one begins, so whatever slows the
 * machine down for a while slows all of them. What they consume is counted apart, as counting costs time.
 */
export async function measureWrites(
  { clients, requests, rounds }: WriteSettings,
  onProgress: (step: string) => void,
): Promise<WriteReport> {
  const engine = await openEngineStore()
  try {
    await createRecordsTable(engine.config)
    const methods = writeMethods(engine.config)
    await methods.steadfast(newRequest()) // registers the requester
    onProgress('Counting calls and capacity')
    const work = await countWork(engine.config)
    const samples: Sample[] = []
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      onProgress(round === 0 ? 'Warming up' : `Comparing ways to write, round ${round} of ${rounds}`)
      for (const count of clients) {
        const timed = await timeInTurn(methods, count, requests, round)
        if (round > 0) samples.push(...timed.map((sample) => ({ ...sample, round, clients: count })))
      }
    }
    return {
      work,
      speed: kinds.flatMap((kind) =>
        clients.flatMap((count) => methodNames.map((method) => speedOf(samples, kind, count, method))),
      ),
      ratios: kinds.flatMap((kind) =>
        clients.flatMap((count) =>
          (['powertools', 'naive'] as const).map((other) => ratioOf(samples, kind, count, other)),
        ),
      ),
    }
  } finally {
    await engine.close()
  }
}

async function countWork(config: DynamoDBClientConfig & { endpoint: string }): Promise<WorkRow[]> {
  const meter = await meterCalls(config.endpoint)
  try {
    const methods = writeMethods({ ...config, endpoint: meter.endpoint })
    const rows: WorkRow[] = []
    for (const method of methodNames) {
      await methods[method](newRequest()) // reads the stages of migrations, once in 15 s
      meter.take()
      const request = newRequest()
      for (const kind of kinds) {
        await methods[method](request)
        rows.push({ kind, method, ...meter.take() })
      }
    }
    return rows.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
  } finally {
    await meter.close()
  }
}

interface Sample extends Timing {
  round: number
  clients: number
  kind: Kind
  method: MethodName
}

async function timeInTurn(methods: WriteMethods, clients: number, requests: number, round: number) {
  const samples: Omit<Sample, 'round' | 'clients'>[] = []
  for (const method of rotated(methodNames, round)) {
    const timed = await timeRequests(methods[method], clients, requests)
    samples.push(...kinds.map((kind) => ({ kind, method, ...timed[kind] })))
  }
  return samples
}

const samplesOf = (samples: readonly Sample[], kind: Kind, clients: number, method: MethodName) =>
  samples.filter((sample) => sample.kind === kind && sample.clients === clients && sample.method === method)

function speedOf(all: readonly Sample[], kind: Kind, clients: number, method: MethodName): SpeedRow {
  const samples = samplesOf(all, kind, clients, method)
  const latenciesMs = samples.flatMap((sample) => sample.latenciesMs)
  return {
    kind,
    clients,
    method,
    p50Ms: percentile(50, latenciesMs),
    p99Ms: percentile(99, latenciesMs),
    perSecond: spreadOf(samples.map(({ perSecond }) => perSecond)).median,
    cpuMs: spreadOf(samples.map(({ cpuMs }) => cpuMs)).median,
  }
}

function ratioOf(all: readonly Sample[], kind: Kind, clients: number, other: Other): RatioRow {
  const ours = samplesOf(all, kind, clients, 'steadfast')
  const theirs = samplesOf(all, kind, clients, other)
  const ratios = (figure: (sample: Sample) => number) =>
    spreadOf(
      ours.flatMap((sample) => {
        const beside = theirs.find(({ round }) => round === sample.round)
        return beside ? [figure(sample) / figure(beside)] : []
      }),
    )
  return {
    kind,
    clients,
    other,
    p50: ratios(({ latenciesMs }) => percentile(50, latenciesMs)),
    p99: ratios(({ latenciesMs }) => percentile(99, latenciesMs)),
    throughput: ratios(({ perSecond }) => perSecond),
    cpu: ratios(({ cpuMs }) => cpuMs),
  }
}
