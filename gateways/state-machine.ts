/** One execution to be started. Its name makes that idempotent: at most 80 characters of `A-Za-z0-9-_`. */
export interface Start {
  machineArn: string
  name: string
  input: Record<string, string | number>
}

/** Starts and finds executions of state machines. */
export interface StateMachines {
  /** Starts it, or finds that it was started before, ended or not. Throws when neither is known. */
  start(start: Start): Promise<'started' | 'already-started'>
  /** What became of an execution. It may be told late: that it is not there, or runs, although it has just been started, or ended. */
  describe(execution: Pick<Start, 'machineArn' | 'name'>): Promise<'running' | 'ended' | 'absent'>
}
