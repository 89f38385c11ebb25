/** Ends the wait of a state that waits for a task token (`.waitForTaskToken`). */
export interface Callbacks {
  /**
   * Reports success for a task token. `task-closed`: no task waits under this token, because it ended, timed out or never existed.
   * Throws when the outcome is unknown.
   */
  succeed(token: string): Promise<'delivered' | 'task-closed'>
}
