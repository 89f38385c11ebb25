import { Coverage } from './coverage.ts'
import { Draws } from './draws.ts'
import type { FaultKind, PlannedFault } from './faults.ts'
import { runSchedule, type ScheduleResult } from './run-schedule.ts'
import { faultsOf, swarmOf, type UseCase } from './use-cases.ts'

export interface ExhaustiveResult {
  useCase: string
  /** Calls, deliveries and tasks of the run without faults. */
  points: number
  /** Runs with one fault: each at each point. */
  singles: number
  /** Runs with two faults: the second at each point that a run with the first one reaches after it. */
  pairs: number
  /** All pairs that there are. */
  pairsInAll: number
  /** How often each thing happened in all of them. */
  counts: Record<string, number>
  failures: ScheduleResult[]
}

/** The second happens after the first. */
export type FaultPair = [PlannedFault, PlannedFault]

/** The order and the ids of every run; what differs is the faults. */
const seed = 1

/**
 * Which pairs of faults are run: so many of all at most, drawn at random; or one, drawn at random, for each pair of points that a
 * run gets to one after the other.
 */
export type PairChoice = number | 'points'

export interface ExhaustiveOptions {
  pairs: PairChoice
  /** What they are drawn by; the order and the ids of the runs are always the same. */
  pairsSeed: number
  /**
   * The part of all points to run, with the faults there and the pairs that begin there: 1 to `of`. Everything, if
   * there is none.
   */
  part?: { number: number; of: number }
  failuresMax?: number
  onProgress?: (done: { runs: number; of?: number }) => void
  signal?: AbortSignal
}

/** Runs a use case with every fault at every point, and then with the chosen pairs of faults. */
export async function runExhaustively(
  useCase: UseCase,
  { pairs: choice, pairsSeed, part = { number: 1, of: 1 }, failuresMax = 3, onProgress, signal }: ExhaustiveOptions,
): Promise<ExhaustiveResult> {
  const run = async (faults: readonly PlannedFault[], keepsReached = false) => {
    signal?.throwIfAborted()
    const result = await runSchedule(seed, { faults: [...always, ...faults], swarm: swarmOf(useCase), keepsReached })
    for (const [what, times] of Object.entries(result.counts)) coverage.count(what, times)
    if (result.broken.length > 0) failures.push(result)
    return result
  }
  const always = faultsOf(useCase)
  const coverage = new Coverage()
  const failures: ScheduleResult[] = []
  const base = await run([], true)
  const singles = faultsAt(base.reached.filter((_, index) => index % part.of === part.number - 1))
  const pairs: FaultPair[] = []
  let runs = 0
  for (const first of singles) {
    const { reached } = await run([first], choice !== 0)
    const after = reached.slice(reached.findIndex(({ point }) => point === first.point) + 1)
    for (const second of faultsAt(after)) pairs.push([first, second])
    runs++
    onProgress?.({ runs, of: singles.length })
    if (failures.length >= failuresMax) break
  }
  const tried = chosenPairs(pairs, choice, new Draws(pairsSeed))
  let pairRuns = 0
  for (const pair of tried) {
    if (failures.length >= failuresMax) break
    await run(pair)
    pairRuns++
    onProgress?.({ runs: singles.length + pairRuns, of: singles.length + tried.length })
  }
  return {
    useCase: useCase.name,
    points: base.reached.length,
    singles: runs,
    pairs: pairRuns,
    pairsInAll: pairs.length,
    counts: coverage.counts,
    failures,
  }
}

/** What every fault of a use case, each alone, must have shown, and did not. A part of the faults may well miss some of it. */
export function neverShown({ shows = [] }: UseCase, { counts }: Pick<ExhaustiveResult, 'counts'>): string[] {
  return shows.filter((what) => !counts[what])
}

/** What several parts of one use case have shown together. */
export function mergedParts(parts: readonly ExhaustiveResult[]): ExhaustiveResult {
  const [first] = parts
  if (!first) throw new Error('there is no part')
  const sum = (numberOf: (part: ExhaustiveResult) => number) => parts.reduce((total, part) => total + numberOf(part), 0)
  const coverage = new Coverage()
  for (const { counts } of parts) for (const [what, times] of Object.entries(counts)) coverage.count(what, times)
  return {
    ...first,
    singles: sum(({ singles }) => singles),
    pairs: sum(({ pairs }) => pairs),
    pairsInAll: sum(({ pairsInAll }) => pairsInAll),
    counts: coverage.counts,
    failures: parts.flatMap(({ failures }) => failures),
  }
}

/** Outages are no faults of a point. */
const leftOut: readonly FaultKind[] = ['outage']

function faultsAt(reached: ScheduleResult['reached']): PlannedFault[] {
  return reached.flatMap(({ point, allowed }) =>
    allowed.filter((fault) => !leftOut.includes(fault)).map((fault) => ({ point, fault })),
  )
}

export function chosenPairs(pairs: readonly FaultPair[], choice: PairChoice, draws: Draws): readonly FaultPair[] {
  if (choice !== 'points') return sampled(pairs, choice, draws)
  const byPoints = Map.groupBy(pairs, ([first, second]) => `${first.point}\n${second.point}`)
  return [...byPoints].map(([points, faults]) => draws.of(points).pick(faults))
}

/** `max` items at random, in their order; all of them if there are fewer. */
function sampled<T>(items: readonly T[], max: number, draws: Draws): readonly T[] {
  if (items.length <= max) return items
  const keyed = items.map((item, index) => ({ item, index, key: draws.number(index) }))
  const kept = keyed.toSorted((a, b) => a.key - b.key).slice(0, max)
  return kept.toSorted((a, b) => a.index - b.index).map(({ item }) => item)
}
