/** What is not decided by reason alone: the time, chance, fresh ids, and waiting. Passed in, so that tests and simulation own them. */
export interface Runtime {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** From 0 up to, not including, 1. */
  random(): number
  /** A fresh UUID. */
  newId(): string
  sleep(ms: number): Promise<void>
}
