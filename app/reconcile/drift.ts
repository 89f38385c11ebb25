import type { Runtime } from '../../domain/runtime.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Row, Store } from '../../tables/store.ts'
import type { Consumer } from '../consume/consumer.ts'
import type { StartSagasDeps } from '../consumers/start-sagas.ts'
import type { Observer } from '../observer.ts'

/** What can disagree with what it follows from. docs/reconciliation.md says what is compared, and who heals it. */
export const driftKinds = ['facts', 'checkpoints', 'views', 'sagas', 'objects', 'quotas', 'assignments'] as const
export type DriftKind = (typeof driftKinds)[number]

/** One disagreement, as one reading shows it: work in flight looks the same, so it counts only when a second reading shows it too. */
export interface Suspect {
  kind: DriftKind
  /** The row, or what it is about. Never the id of a person: hashed, as in log lines. */
  subject: string
  /** The predicate of a sentence about the subject. */
  problem: string
  /** The same in two readings between which nothing has happened to it. */
  mark: string
  /** Since when it has been so, where stored data tells. */
  since?: string | undefined
  /**
   * Puts it right; returns what it did, as a sentence. May be repeated, late, and beside another. Throws {@link HandOver} when it can't.
   */
  heal?: (deadlineMs: number) => Promise<string>
  /** What a person does about it. */
  handOver: string
}

/** Healing has failed in a way that repetition does not change: a person does what the suspect's `handOver` says. */
export class HandOver extends Error {
  override readonly name = 'HandOver'
}

export interface ReconcileDeps {
  store: Store
  runtime: Runtime
  observer: Observer
  objects: Pick<ObjectStore, 'head'>
  /** The subscribers with a checkpoint per aggregate. */
  consumers: readonly Consumer[]
  sagas: Omit<StartSagasDeps, 'store' | 'runtime' | 'observer'>
  /** What changed more recently is taken to be in flight. */
  inFlightMsMax: number
}

/**
 * Finds the suspects of its kind around one row of `Tickets`: the whole row where it was scanned, of which every attribute may be outdated.
 */
export interface Detector {
  kind: DriftKind
  suspects(deps: ReconcileDeps, row: Row, deadlineMs: number): Promise<Suspect[]>
}
