/** One execution to be started. Its name makes that idempotent: at most 80 characters of `A-Za-z0-9-_`. */
export interface Start {
  machineArn: string
  name: string
  input: Record<string, string | number>
}

/** Starts executions of state machines. */
export interface StateMachines {
  /** Starts it, or finds that it was started before, ended or not. Throws when neither is known. */
  start(start: Start): Promise<'started' | 'already-started'>
}
