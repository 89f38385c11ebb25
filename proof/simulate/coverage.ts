import type { Observer } from '../../app/observer.ts'
import { type FaultKind, faultKinds } from './faults.ts'

/** How often each thing happened: every fault, every metric that the code counts, and what the simulation itself observes. */
export class Coverage {
  readonly counts: Record<string, number> = {}

  count(what: string, times = 1): void {
    if (times > 0) this.counts[what] = (this.counts[what] ?? 0) + times
  }

  /** Counts the metrics of a function, and the branches that only its log tells. */
  readonly observer: Observer = {
    info: (message) => this.#branch(message),
    warn: (message) => this.#branch(message),
    error() {},
    count: (metric, value = 1) => this.count(metric, value),
    seconds() {},
  }

  #branch(message: string): void {
    if (branches.has(message)) this.count(message)
  }
}

/** What functions log where an operator's request meets each state that a saga or a subscriber can be in. */
const branches: ReadonlySet<string> = new Set([
  'parked saga continues',
  'no execution was waiting at the parking',
  'outdated resume ignored: the saga has continued since',
  'saga runs now',
  'outdated request to run now ignored: the saga has continued since',
  'blocked aggregate redriven',
  'blocked aggregate redriven, and it is still blocked',
])

/**
 * Faults that fewer runs have than others: they need a swarm with files, webhooks or confirmations, or a fault in such a swarm that is rare
 * itself.
 */
const rareFaults: Partial<Record<FaultKind, number>> = {
  'function throttled': 1_000,
  'invoked twice': 1_000,
  'execution lost': 1_000,
  'message lost': 2_000,
  'endpoint fails': 5_000,
  'upload not announced': 5_000,
  'upload announced twice': 5_000,
  'copy late': 5_000,
  'malware found later': 10_000,
  'verdict repeated': 20_000,
  'verdict late': 20_000,
}

/**
 * What a run of so many schedules must have shown. So many are at least 11.5 times those of which one shows it, so that a run misses it by
 * chance once in 100,000 runs.
 */
const expected: readonly { what: string; fromSchedules: number }[] = [
  ...faultKinds.map((what) => ({ what, fromSchedules: rareFaults[what] ?? 500 })),
  ...from(50, 'RepliesReplayed', 'event ticket.opened'),
  ...from(100, 'event ticket.assigned', 'event ticket.comment_added', 'event ticket.status_changed'),
  ...from(100, 'event user.registered', 'DuplicatesSkipped', 'SagasCompensated', 'the sweeper sent an event'),
  ...from(200, 'a key is reused', 'ConsumerWritesRepeated', 'MissedEventsRead', 'event ticket.follower_added'),
  ...from(200, 'AggregatesBlocked', 'AggregatesUnblocked', 'a webhook was delivered', 'a webhook was refused'),
  ...from(200, 'an upload was stored', 'event ticket.attachment_requested'),
  ...from(200, 'event settings.hold_put', 'event settings.hold_released'),
  ...from(500, 'a reconciliation freed a blocked aggregate', 'dead letters were redriven', 'event user.deactivated'),
  ...from(500, 'a file was published', 'event ticket.attachment_added', 'a file was rejected'),
  ...from(500, 'event settings.webhook_put', 'event settings.webhook_removed'),
  ...from(1_000, 'MessagesBlocked', 'SagasStarted', 'nothing was uploaded in time', 'event ticket.follower_removed'),
  ...from(200, 'everything was held and released'),
  ...from(1_000, 'an index was behind its table'),
  ...from(1_000, 'a saga met the hold on everything'),
  ...from(5_000, 'a command about everything was refused'),
  ...from(1_000, 'SagasHeld', ...heldFor('mail'), 'event settings.webhook_secret_rotated'),
  ...from(2_000, 'WritesConflicted', 'SagaGenerationsStarted', 'UploadsSwept', 'a webhook was skipped'),
  ...from(2_000, ...heldFor('webhook')),
  ...from(5_000, 'EventsCaughtUp', 'event redrive.requested', 'event saga.run_now_requested', 'saga runs now'),
  ...from(2_000, 'a ticket that an index lacked was unassigned'),
  ...from(5_000, 'a file was removed', 'event ticket.attachment_removal_requested', 'event ticket.attachment_removed'),
  ...from(5_000, 'an endpoint received a message again', 'a task of an earlier execution was refused'),
  ...from(5_000, 'an undo was retried', 'an upload was refused', 'blocked aggregate redriven, and it is still blocked'),
  ...from(10_000, 'event ticket.unassigned', 'blocked aggregate redriven', ...heldFor('scanner')),
  ...from(10_000, 'SagasParked', 'event saga.resumed', 'parked saga continues'),
  ...from(10_000, 'event resumption.requested', 'event resumption.advanced'),
  ...from(20_000, 'a do met a fence that an undo had closed', 'InfectedAfterClean', 'CopiesSwept'),
  ...from(50_000, 'a file was kept: its removal did not take place'),
  ...from(100_000, 'outdated request to run now ignored: the saga has continued since', 'WebhooksGivenUp'),
  ...from(100_000, 'outdated resume ignored: the saga has continued since'),
  ...from(200_000, 'SagasWoken'),
]

function from(fromSchedules: number, ...whats: string[]): { what: string; fromSchedules: number }[] {
  return whats.map((what) => ({ what, fromSchedules }))
}

function heldFor(dependency: string): string[] {
  return [`a saga began to wait for the release of ${dependency}`, `a saga went on after the release of ${dependency}`]
}

/** What should have happened in a run of so many schedules, and did not. */
export function neverHappened(counts: Record<string, number>, schedules: number): string[] {
  return expected
    .filter(({ what, fromSchedules }) => schedules >= fromSchedules && !counts[what])
    .map(({ what }) => what)
}
