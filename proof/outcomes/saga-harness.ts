import type { Runtime } from '../../domain/runtime.ts'
import type { Saga } from '../../sagas/saga.ts'
import type { SagaStart } from '../../sagas/start-saga.ts'
import type { TaskResult } from '../../sagas/task.ts'
import type { Store, Write } from '../../tables/store.ts'

/** A saga with everything that it needs to run in memory: its rows, its tools and the people and services it waits for. */
export interface SagaHarness {
  saga: Saga
  outsideCalls: OutsideCalls
  /** Sets up a fresh run. With `pivotIsRefused` the pivot is refused definitely, so that the saga compensates. */
  setUp(pivotIsRefused: boolean): HarnessSetup
}

/** The steps whose do, or undo, is a call to an outside service. The effect of every other step is its transaction. */
export interface OutsideCalls {
  do: readonly string[]
  undo: readonly string[]
}

export interface HarnessSetup {
  start: SagaStart
  /** The rows that exist before the saga starts, written one after the other. */
  rows: Write[]
  /** Returns the saga's function. Its tools make every outside call through `callOutside`. */
  runner(deps: { store: Store; runtime: Runtime; callOutside: CallOutside }): (task: unknown) => Promise<TaskResult>
  /** The ids of the messages that the outside service accepted, one for each copy. */
  acceptedIds(): string[]
  /** What people and other services do while the saga waits for them. Called again whenever the saga is idle. */
  actWhileWaiting?(deps: { store: Store; runtime: Runtime; succeedCallback: SucceedCallback }): Promise<void>
  /** What is wrong with the data after a saga ended in `state` and every late call has taken effect. */
  findEndStateProblems?(state: string, store: Store): Promise<string[]>
}

/** Completes the wait of a task token. */
export type SucceedCallback = (token: string) => Promise<'delivered' | 'task-closed'>

/** Makes the outside call of a step, or injects its fault. */
export type CallOutside = <T>(step: string, action: 'do' | 'undo', call: () => Promise<T>) => Promise<T>
