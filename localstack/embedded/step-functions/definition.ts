import type * as schema from './definition-schema.ts'

export type ParallelState = Omit<schema.ParallelFields, 'Branches'> & { Branches: Container[] }
/** `DISTRIBUTED`: each item has an execution of its own. `INLINE`: iterations are part of this execution. */
export type MapMode = 'INLINE' | 'DISTRIBUTED'
export type MapState = Omit<schema.MapFields, 'ItemProcessor' | 'Iterator'> & { Processor: Container; mode: MapMode }
type RecoverableState = schema.TaskState | ParallelState | MapState
export type State =
  | schema.PassState
  | schema.ChoiceState
  | schema.WaitState
  | schema.SucceedState
  | schema.FailState
  | RecoverableState

/** States of one level: the machine's, a branch's or an iteration's. */
export interface Container {
  startAt: string
  states: ReadonlyMap<string, State>
}

export interface Definition extends Container {
  timeoutSeconds: number | undefined
}

/** `unsupported` is right for AWS but not understood here. `location` is a JSON pointer. */
export interface Problem {
  kind: 'invalid' | 'unsupported'
  location: string
  message: string
}
