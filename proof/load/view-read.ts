/** An answer of a read model to a client that asked for a write of its own (`consistentWith`). */
export interface ViewRead {
  tenant: string
  /** Such as `/stats`. */
  path: string
  /** The write: a version of this ticket. */
  ticket: string
  version: number
  /** How many events the answer says that it reflects: `X-View-Sequence`. */
  viewSequence: number
}
