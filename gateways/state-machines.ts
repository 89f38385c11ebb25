/** An execution to start. `name` makes the start idempotent: at most 80 characters of `A-Za-z0-9-_`. */
export interface ExecutionStart {
  machineArn: string
  name: string
  input: Record<string, string | number | undefined>
}

export type ExecutionRef = Pick<ExecutionStart, 'machineArn' | 'name'>

/** Starts and describes executions of state machines. */
export interface StateMachines {
  /**
   * Starts an execution once. `started`: it runs, whether this call started it or an earlier one with the same input. `already-started`:
   * one of this name has ended, or has other input. Throws when the outcome is unknown.
   */
  start(start: ExecutionStart): Promise<'started' | 'already-started'>
  /**
   * The status of an execution. Eventually consistent: one that was just started can be `absent`, one that has just ended can be
   * `running`.
   */
  describe(execution: ExecutionRef): Promise<'running' | 'ended' | 'absent'>
}
