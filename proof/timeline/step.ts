/** One thing that happened on a request's way, as a log line, a stored row or an execution tells it. */
export interface TimelineStep {
  /** ISO 8601, UTC. */
  at: string
  /** Who tells it: a function, a table or a saga's execution. */
  where: string
  what: string
  /** Ids and numbers, as they were logged or stored. */
  facts: Record<string, unknown>
}

/** Sorts steps by time. Those of the same millisecond keep the order in which they were found. */
export function inOrder(steps: readonly TimelineStep[]): TimelineStep[] {
  return steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
