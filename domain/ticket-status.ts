/**
 * The transition table: which statuses may follow each status. Rows and events are parsed by these names, both when they are written and
 * when they are read, so no other status can be stored.
 */
export const statusTransitions = {
  open: ['in_progress', 'waiting_for_customer', 'resolved'],
  in_progress: ['waiting_for_customer', 'resolved'],
  waiting_for_customer: ['in_progress', 'resolved'],
  resolved: ['closed', 'open'],
  closed: ['open'],
} as const satisfies Record<string, readonly string[]>

export type Status = keyof typeof statusTransitions

export const statuses = Object.keys(statusTransitions) as [Status, ...Status[]]

export function isTransitionAllowed(from: Status, to: Status): boolean {
  const allowed: readonly Status[] = statusTransitions[from]
  return allowed.includes(to)
}
