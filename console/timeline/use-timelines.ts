import { useRef } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { useFetched } from '../live/use-fetched.ts'
import type { Timelines } from '../wire-timeline.ts'
import type { TimelineBy } from './timeline-query.ts'

/** Timelines of requests, read again whenever something new happens in one of them. */
export function useTimelines({ by, id }: { by: TimelineBy; id: string }): Fetched<Timelines> {
  const known = useRef<readonly string[]>([])
  const newest = live.value.events.find(
    ({ what, correlationId = '' }) => known.current.includes(correlationId) || what.includes(id),
  )
  const timelines = useFetched({
    asked: `${by} ${id}`,
    pulse: newest?.seq ?? 0,
    read: () => fetchJson<Timelines>(`life?${by}=${encodeURIComponent(id)}`),
  })
  known.current = timelines.status === 'there' ? timelines.value.requests.map(({ correlationId }) => correlationId) : []
  return timelines
}
