import type { CountName, SecondsName } from './metrics.ts'

/**
 * Logs and metrics of a function that no caller waits for. `facts` hold ids and numbers, never text that users wrote.
 */
export interface Observer {
  info(message: string, facts: object): void
  warn(message: string, facts: object): void
  error(message: string, facts: object): void
  count(metric: CountName, value?: number): void
  /** Records a duration or an age. */
  seconds(metric: SecondsName, value: number): void
}

/** Discards everything. */
export const noopObserver: Observer = {
  info() {},
  warn() {},
  error() {},
  count() {},
  seconds() {},
}
