import { useEffect, useRef, useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { Life } from '../wire-life.ts'
import type { LifeBy } from './life-query.ts'

/** What follows within it is read together. */
const settleMs = 400

/** A life, read again whenever something of it happens. */
export function useLife({ by, id }: { by: LifeBy; id: string }): Fetched<Life> {
  const [life, setLife] = useState<Fetched<Life>>({ status: 'loading' })
  const known = life.status === 'there' ? life.value.requests.map(({ correlationId }) => correlationId) : []
  const newest = live.value.events.find(
    ({ what, correlationId = '' }) => known.includes(correlationId) || what.includes(id),
  )
  const turn = newest?.seq ?? 0

  const asked = useRef('')

  useEffect(() => {
    const read = async () => {
      const next = await fetchJson<Life>(`life?${by}=${encodeURIComponent(id)}`)
      // An answer for what was asked before comes too late.
      if (asked.current === `${by} ${id}`) setLife(next)
    }
    const isNew = asked.current !== `${by} ${id}`
    asked.current = `${by} ${id}`
    if (isNew) {
      setLife({ status: 'loading' })
      void read()
      return undefined
    }
    const timer = setTimeout(read, settleMs)
    return () => clearTimeout(timer)
  }, [by, id, turn])
  return life
}
