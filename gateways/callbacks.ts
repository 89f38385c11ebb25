/** Wakes executions that wait on a task token. */
export interface Callbacks {
  /** `nobody-waits`: the wait is over, for whatever reason, or the token was never one. Throws when it is not known. */
  succeed(token: string): Promise<'woken' | 'not-waiting'>
}
