/** What the console's door passes on to the operator API, and what it answers. */

export interface OperatorRequest {
  tenant: string
  method: string
  /** The path with its query. */
  path: string
  /** The Idempotency-Key of a command. */
  key?: string
  /** JSON. */
  body?: string
}

export interface OperatorAnswer {
  status: number
  isReplayed: boolean
  /** JSON, or nothing. */
  text: string
}
