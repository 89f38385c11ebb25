/** Which status may follow which. A status that is not listed can't be stored: rows are parsed by these names when written and read. */
export const next = {
  open: ['in_progress', 'waiting_for_customer', 'resolved'],
  in_progress: ['waiting_for_customer', 'resolved'],
  waiting_for_customer: ['in_progress', 'resolved'],
  resolved: ['closed', 'open'],
  closed: ['open'],
} as const satisfies Record<string, readonly string[]>

export type Status = keyof typeof next

export const statuses = Object.keys(next) as [Status, ...Status[]]

export function mayFollow(from: Status, to: Status): boolean {
  const allowed: readonly Status[] = next[from]
  return allowed.includes(to)
}
