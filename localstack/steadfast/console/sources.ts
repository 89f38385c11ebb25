import type { Depths, DoubleClick, Promises } from '../../../console/wire.ts'
import type { LoadChoice, LoadMessage } from '../../../console/wire-load.ts'
import type { OperatorAnswer, OperatorRequest } from '../../../console/wire-operator.ts'
import type { PlayableScenario, PlayChoice, PlayMessage } from '../../../console/wire-play.ts'
import type { SagaRun } from '../../../console/wire-saga.ts'
import type { Replay, ReplayQuery, RowsQuery, TableRows } from '../../../console/wire-tables.ts'
import type { RowChanges, StoredRow, TimelineQuery, Timelines } from '../../../console/wire-timeline.ts'
import type { RecordedChanges } from './row-history.ts'

/** What the console shows of stored data. Whoever starts the stack brings it, since only proofs may read tables (ADR 1). */
export interface ConsoleSources {
  depths(): Promise<Depths>
  promises(): Promise<Promises>
  /** Undefined when no request has the id, or its logs have expired. */
  timelines(query: TimelineQuery): Promise<Timelines | undefined>
  /** A row without its secrets. Undefined when there is no such row. */
  row(ref: { table: string; pk: string; sk?: string }): Promise<StoredRow | undefined>
  /** What was recorded of a row, without what must be shown to nobody. Undefined when there is no such table. */
  rowChanges(recorded: RecordedChanges & { table: string }): Promise<RowChanges | undefined>
  /** Undefined when there is no such saga. */
  saga(ref: { tenant: string; id: string }): Promise<SagaRun | undefined>
  /** Asks the API as an admin of the tenant. */
  operate(request: OperatorRequest): Promise<OperatorAnswer>
  /** Sends one request so many times at once. */
  doubleClick(copies: number): Promise<DoubleClick>
  /** Rows without their secrets. Undefined when there is no such table. */
  rows(query: RowsQuery): Promise<TableRows | undefined>
  /** Undefined when there is no such ticket. */
  replay(query: ReplayQuery): Promise<Replay | undefined>
  /** In the order in which a presenter shows them. */
  scenarios(): Promise<readonly PlayableScenario[]>
  /** Begins to play a scenario, which waits before each step. */
  play(choice: PlayChoice, tell: (message: PlayMessage) => void): StartedPlay
  /** Begins a load run against this stack. */
  load(choice: LoadChoice, tell: (message: LoadMessage) => void): StartedRun
  /** Nobody watches for now: gives back memory. */
  rest(): void
  stop(): Promise<void>
}

/** Work in processes of its own. */
export interface StartedRun {
  /** Resolves when nothing of it runs any more; never rejects. */
  ended: Promise<void>
  stop(): Promise<void>
}

export interface StartedPlay extends StartedRun {
  /** Lets every column go on up to this step. */
  go(upTo: number): void
}
