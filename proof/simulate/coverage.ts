import type { Observer } from '../../app/observer.ts'
import { type FaultKind, faultKinds } from './faults.ts'

/** How often each thing happened: every fault, every metric that the code counts, and what the simulation itself observes. */
export class Coverage {
  readonly counts: Record<string, number> = {}

  count(what: string, times = 1): void {
    if (times > 0) this.counts[what] = (this.counts[what] ?? 0) + times
  }

  /** Counts the metrics of a function. */
  readonly observer: Observer = {
    info() {},
    warn() {},
    error() {},
    count: (metric, value = 1) => this.count(metric, value),
    seconds() {},
  }
}

/** They need a world with files, or an event that few runs have. */
const rare: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'message lost',
  'execution lost',
  'upload not announced',
  'upload announced twice',
  'verdict repeated',
  'verdict late',
  'malware found later',
  'endpoint fails',
  'copy late',
])

/** What a run without it has not shown. A run of fewer schedules than the number beside it may well miss it. */
const expected: readonly { what: string; fromSchedules: number }[] = [
  ...faultKinds.map((what) => ({ what, fromSchedules: rare.has(what) ? 4_000 : 500 })),
  { what: 'RepliesReplayed', fromSchedules: 50 },
  { what: 'a key is reused', fromSchedules: 100 },
  { what: 'WritesConflicted', fromSchedules: 5_000 },
  { what: 'ConsumerWritesRepeated', fromSchedules: 100 },
  { what: 'DuplicatesSkipped', fromSchedules: 100 },
  { what: 'MissedEventsRead', fromSchedules: 200 },
  { what: 'AggregatesBlocked', fromSchedules: 500 },
  { what: 'AggregatesUnblocked', fromSchedules: 500 },
  { what: 'MessagesBlocked', fromSchedules: 500 },
  { what: 'a reconciliation freed a blocked aggregate', fromSchedules: 1_000 },
  { what: 'EventsCaughtUp', fromSchedules: 5_000 },
  { what: 'dead letters were redriven', fromSchedules: 500 },
  { what: 'the sweeper sent an event', fromSchedules: 500 },
  { what: 'SagasCompensated', fromSchedules: 200 },
  { what: 'SagaGenerationsStarted', fromSchedules: 2_000 },
  { what: 'SagasStarted', fromSchedules: 5_000 },
  { what: 'SagasParked', fromSchedules: 2_000 },
  { what: 'a parked saga was resumed', fromSchedules: 5_000 },
  { what: 'all parked sagas of a tenant were resumed', fromSchedules: 20_000 },
  { what: 'a saga was run now', fromSchedules: 5_000 },
  { what: 'a blocked aggregate was redriven', fromSchedules: 20_000 },
  { what: 'a hold was put and released', fromSchedules: 100 },
  { what: 'SagasHeld', fromSchedules: 2_000 },
  { what: 'a saga waited for a release', fromSchedules: 1_000 },
  { what: 'SagasWoken', fromSchedules: 200_000 },
  { what: 'an undo was retried', fromSchedules: 10_000 },
  { what: 'a do met a fence that an undo had closed', fromSchedules: 10_000 },
  { what: 'a task of an earlier execution was refused', fromSchedules: 10_000 },
  { what: 'an upload was stored', fromSchedules: 500 },
  { what: 'an upload was refused', fromSchedules: 5_000 },
  { what: 'UploadsSwept', fromSchedules: 5_000 },
  { what: 'CopiesSwept', fromSchedules: 20_000 },
  { what: 'InfectedAfterClean', fromSchedules: 5_000 },
  { what: 'an endpoint received a message again', fromSchedules: 2_000 },
  { what: 'WebhooksGivenUp', fromSchedules: 50_000 },
  { what: 'a file was published', fromSchedules: 500 },
  { what: 'a file was removed', fromSchedules: 2_000 },
  { what: 'a file was kept: its removal did not take place', fromSchedules: 20_000 },
  { what: 'a file was rejected', fromSchedules: 500 },
  { what: 'nothing was uploaded in time', fromSchedules: 2_000 },
  { what: 'a webhook was delivered', fromSchedules: 500 },
  { what: 'a webhook was refused', fromSchedules: 1_000 },
  { what: 'a webhook was skipped', fromSchedules: 2_000 },
]

/** What should have happened in a run of so many schedules, and did not. */
export function neverHappened(counts: Record<string, number>, schedules: number): string[] {
  return expected
    .filter(({ what, fromSchedules }) => schedules >= fromSchedules && !counts[what])
    .map(({ what }) => what)
}
