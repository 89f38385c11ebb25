/** One call of a client, as its client saw it. */
export interface Operation<Call, Answer> {
  call: Call
  /** Milliseconds, on one clock for all clients. */
  invokedAtMs: number
  /** Absent when the outcome is unknown: the call may have taken effect at any time since it was invoked, or never. */
  returned?: { atMs: number; answer: Answer }
}

/** What an object is when one call follows the other. */
export interface Model<State, Call, Answer> {
  initial: State
  /**
   * The state after the call; undefined when it cannot have this answer in this state. Without an answer, whatever the call does counts.
   */
  step(state: State, call: Call, answer?: Answer): State | undefined
  /** Whether a call with this answer leaves every state in which it is possible as it is, for all other calls. */
  isObservation(call: Call, answer: Answer): boolean
  /** Equal for equal states, and for no others. */
  keyOf(state: State): string
}
