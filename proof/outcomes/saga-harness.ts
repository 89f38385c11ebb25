import type { Runtime } from '../../domain/runtime.ts'
import type { Saga } from '../../sagas/saga.ts'
import type { SagaStart } from '../../sagas/start-saga.ts'
import type { TaskResult } from '../../sagas/task.ts'
import type { Store, Write } from '../../tables/store.ts'

/** How a saga is tried out: everything around it, on twins. */
export interface SagaHarness {
  saga: Saga
  /** Steps whose do, or undo, is a call to something outside; every other one's effect is its transaction. */
  callsOutside: CallsOutside
  /** A fresh start. `refuses`: the pivot will be refused, definitely, so that the saga goes back. */
  run(refuses: boolean): HarnessRun
}

export interface CallsOutside {
  do: readonly string[]
  undo: readonly string[]
}

export interface HarnessRun {
  start: SagaStart
  /** What must be there before, written one after the other. */
  rows: Write[]
  /** The saga's function, each call to something outside made through `outside`. */
  runner(deps: { store: Store; runtime: Runtime; outside: Outside }): (task: unknown) => Promise<TaskResult>
  /** By which id each message was describeRun that something outside accepted, as often as it did. */
  accepted(): string[]
  /** What others do while the saga waits for them; asked whenever nothing else happens. `wake` calls back with a task token. */
  others?(around: { store: Store; runtime: Runtime; wake: Wake }): Promise<void>
  /** What should not be left when the saga has ended so, and late calls have landed. */
  leftovers?(state: string, store: Store): Promise<string[]>
}

export type Wake = (token: string) => Promise<'delivered' | 'task-closed'>

/** Makes a step's call, or what befalls it. */
export type Outside = <T>(step: string, action: 'do' | 'undo', call: () => Promise<T>) => Promise<T>
