import { dayMs } from '../../domain/durations.ts'
import type { Store } from '../../tables/store.ts'
import type { KeptDigests } from '../check/digests.ts'
import { gatherEvidence } from '../check/evidence.ts'
import { keptDigests } from '../check/kept-digests.ts'
import { storedObjects } from '../check/objects.ts'
import { checkInvariants } from '../check/run-check.ts'
import type { BrokenInvariant } from './broken-invariant.ts'
import { Draws } from './draws.ts'
import { type FaultPlan, Faults, type PlannedFault } from './faults.ts'
import { initialRows } from './setup.ts'
import { SimulatedSystem } from './simulated-system.ts'
import { Simulation } from './simulation.ts'
import { drawSwarm, type Swarm } from './swarm.ts'
import type { TraceLine } from './trace.ts'

export interface ScheduleOptions {
  /** Exactly these faults, instead of those that the seed draws. */
  faults?: readonly PlannedFault[]
  /** This swarm, instead of the one that the seed draws. */
  swarm?: Swarm
  /** Whether to keep the lines of the story. */
  keepsLines?: boolean
  /** Whether to keep every point that was reached. */
  keepsReached?: boolean
  /** The database; by default, the in-memory twin. */
  createStore?: () => Store
}

/** One run of a seed. */
export interface ScheduleResult {
  seed: number
  /** The same for every run of the same seed, faults and code. */
  traceHash: string
  steps: number
  virtualMs: number
  injected: readonly PlannedFault[]
  reached: Faults['reached']
  broken: readonly BrokenInvariant[]
  counts: Record<string, number>
  lines: readonly TraceLine[]
}

/** Once faults have stopped, everything must end within this virtual time: many rounds of the operator, the slowest of all. */
const endsWithinMs = 6 * 3_600_000

/** More steps than the largest system needs: a run that takes more repeats something without end. */
const stepsMax = 60_000

/** Runs the system of one seed until all is done, and checks it on the way and in the end. */
export async function runSchedule(seed: number, options: ScheduleOptions = {}): Promise<ScheduleResult> {
  const draws = new Draws(seed)
  const swarm = options.swarm ?? drawSwarm(draws.of('swarm'))
  const plan: FaultPlan = options.faults
    ? { faults: 'listed', list: options.faults }
    : { faults: 'drawn', draws: draws.of('faults'), rate: swarm.faultRate, kinds: swarm.faultKinds, focus: swarm.focus }
  const faults = new Faults(plan, { keepsReached: options.keepsReached ?? false })
  const simulation = new Simulation({
    draws,
    faults,
    latencyMsMax: swarm.latencyMsMax,
    clockErrorMsMax: swarm.clockErrorMsMax,
    outages: swarm.outages,
    keepsLines: options.keepsLines ?? false,
  })
  const system = new SimulatedSystem(simulation, swarm, options.createStore?.())
  await system.begin(await initialRows(swarm))
  system.startClients(swarm)
  const broken = await untilDone(simulation, system, swarm)
  system.end()
  const { scheduler, trace, coverage } = simulation
  return {
    seed,
    traceHash: trace.hash,
    steps: scheduler.steps,
    virtualMs: scheduler.nowMs - simulation.startMs,
    injected: faults.injected,
    reached: faults.reached,
    broken: broken.length > 0 ? broken : await brokenInTheEnd(simulation, system),
    counts: coverage.counts,
    lines: trace.lines,
  }
}

/** Returns what was broken on the way: the safety of a step, or the liveness of the whole. */
async function untilDone(
  simulation: Simulation,
  system: SimulatedSystem,
  swarm: Swarm,
): Promise<readonly BrokenInvariant[]> {
  const { scheduler, faults } = simulation
  const { broken } = system.safety
  const faultsEndMs = scheduler.nowMs + swarm.faultsForMs
  let endMs = faultsEndMs + endsWithinMs
  for (;;) {
    if (broken.length > 0) return broken
    if (simulation.failure) throw simulation.failure
    const isIdle = simulation.running === 0
    if (isIdle || scheduler.nowMs >= faultsEndMs) {
      const left = isIdle ? system.unfinished({ confirmed: swarm.confirms }) : []
      if (isIdle && left.length === 0) return []
      if (!faults.haveStopped && scheduler.nowMs >= faultsEndMs) {
        faults.stop()
        endMs = scheduler.nowMs + endsWithinMs
      }
    }
    if (scheduler.nowMs > endMs || scheduler.steps > stepsMax || !(await scheduler.step())) {
      const left = system.unfinished({ confirmed: swarm.confirms }).join(', ')
      return [
        { number: 14, subject: 'the system', problem: `does not come to an end after faults have stopped: ${left}` },
      ]
    }
  }
}

async function brokenInTheEnd(simulation: Simulation, system: SimulatedSystem): Promise<BrokenInvariant[]> {
  const nowMs = Math.floor(simulation.scheduler.nowMs)
  const mails = system.mails.map(({ id, to }) => ({ steadfastId: id, to: [to] }))
  const evidence = await gatherEvidence(
    system.store,
    nowMs,
    system.log.attempts,
    mails,
    await storedObjects(system.bucket),
    await digestsOfRun(simulation, system),
  )
  return checkInvariants(evidence).flatMap(({ invariant: { number }, violations }) =>
    violations.map((violation) => ({ number, ...violation })),
  )
}

/**
 * The digests, as if the first were from the beginning: no version without hashes runs beside this one. What was set up before has none,
 * and is out of the days for which one is expected.
 */
async function digestsOfRun({ scheduler, startMs }: Simulation, { digests }: SimulatedSystem): Promise<KeptDigests> {
  const kept = (await keptDigests(digests)).map((digest) => ({ ...digest, storedAtMs: startMs }))
  return { kept, lockedDays: (Math.floor(scheduler.nowMs) - startMs) / dayMs }
}
