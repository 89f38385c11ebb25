/**
 * Logs and metrics of a function that no caller waits for. `facts` hold ids and numbers, never text that users wrote.
 */
export interface Observer {
  info(message: string, facts: Record<string, unknown>): void
  warn(message: string, facts: Record<string, unknown>): void
  error(message: string, facts: Record<string, unknown>): void
  count(metric: string, value?: number): void
  /** Records a duration or an age. */
  seconds(metric: string, value: number): void
}

/** Discards everything. */
export const noopObserver: Observer = {
  info() {},
  warn() {},
  error() {},
  count() {},
  seconds() {},
}
