/** Everything nondeterministic: clock, randomness, ids and sleep. Injected, so that tests and the simulation control it. */
export interface Runtime {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** A number of at least 0 and less than 1, for jitter and sampling; not for secrets. */
  random(): number
  /** A fresh UUID. */
  newId(): string
  /** `size` bytes from a cryptographically secure source, for secrets. */
  randomBytes(size: number): Uint8Array
  sleep(ms: number): Promise<void>
}
