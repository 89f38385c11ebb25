/** Read models, as the API answers them (functions/get-openapi/openapi.json); only what the page *Dashboard* shows. */

/** `GET /dashboard`. */
export interface Dashboard {
  /** The time of the last event that is included. */
  asOf: string | null
  timeZone: string
  byStatus: Record<string, number>
  days: Day[]
}

interface Day {
  date: string
  opened: number
  closed: number
  firstAnswers: { count: number; meanSeconds: number | null }
}

/** `GET /work-list`. */
export interface WorkList {
  items: WorkItem[]
  nextCursor?: string
  asOf: string | null
}

export interface WorkItem {
  id: string
  title: string
  priority: string
  assignee: string | null
  openedAt: string
  /** Null when no policy held when it was opened. */
  sla: Record<'firstAnswer' | 'resolution', SlaTarget> | null
}

export interface SlaTarget {
  /** Business time; negative when it is overdue, null when it was done. */
  leftMs: number | null
}

/** A read model; `stale` says why it may lack something (`X-View-Stale`), and is empty when nothing is known to be missing. */
export type View<Body> = Body & { stale: string }
