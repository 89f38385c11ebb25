import { useRef } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { useFetched } from '../live/use-fetched.ts'
import type { Life } from '../wire-life.ts'
import type { LifeBy } from './life-query.ts'

/** A life, read again whenever something of it happens. */
export function useLife({ by, id }: { by: LifeBy; id: string }): Fetched<Life> {
  const known = useRef<readonly string[]>([])
  const newest = live.value.events.find(
    ({ what, correlationId = '' }) => known.current.includes(correlationId) || what.includes(id),
  )
  const life = useFetched(`${by} ${id}`, newest?.seq ?? 0, () =>
    fetchJson<Life>(`life?${by}=${encodeURIComponent(id)}`),
  )
  known.current = life.status === 'there' ? life.value.requests.map(({ correlationId }) => correlationId) : []
  return life
}
