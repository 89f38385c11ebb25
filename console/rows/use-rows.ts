import { useEffect, useRef, useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { RowsQuery, TableRows } from '../wire-tables.ts'
import { type RowView, rowViews, withoutRemoved } from './row-views.ts'

/** Long enough to see what went. */
const removedShownMs = 1_500

/** Between two readings: each reads the table, and the stack has other work. */
const pauseMs = 1_000

export interface Reading {
  rows: TableRows
  views: RowView[]
}

/** Rows of a table, read again once something has happened on the stack. Of readings only the last is kept. */
export function useRows({ table, contains }: RowsQuery): Fetched<Reading> {
  const [reading, setReading] = useState<Fetched<Reading>>({ status: 'loading' })
  const question = `rows?${new URLSearchParams({ table, contains })}`
  const asked = useRef('')
  const last = useRef<TableRows | undefined>(undefined)
  const due = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const going = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const turn = live.value.events[0]?.seq ?? 0

  const read = async () => {
    const asking = asked.current
    const rows = await fetchJson<TableRows>(asking)
    // An answer to what was asked before, or from before the last one, comes too late.
    if (asked.current !== asking) return
    if (rows.status !== 'there') return setReading(rows)
    if (last.current && rows.value.readAt < last.current.readAt) return
    const views = rowViews(last.current, rows.value)
    last.current = rows.value
    setReading({ status: 'there', value: { rows: rows.value, views } })
    clearTimeout(going.current)
    const staying = withoutRemoved(views)
    if (staying.length === views.length) return
    going.current = setTimeout(() => {
      setReading({ status: 'there', value: { rows: rows.value, views: staying } })
    }, removedShownMs)
  }

  useEffect(() => {
    asked.current = question
    last.current = undefined
    void read()
    return () => {
      clearTimeout(due.current)
      clearTimeout(going.current)
      due.current = undefined
      asked.current = ''
    }
  }, [question])

  useEffect(() => {
    // What happens until then is seen by the same reading: while events never pause, it still comes.
    due.current ??= setTimeout(() => {
      due.current = undefined
      void read()
    }, pauseMs)
  }, [turn])
  return reading
}
