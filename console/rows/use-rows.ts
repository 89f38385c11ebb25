import { useEffect, useRef, useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { RowsQuery, TableRows } from '../wire-tables.ts'
import { type RowView, rowViews } from './row-views.ts'

/** Between two readings: a reading reads the table, and the stack has other work. */
const pauseMs = 1_000

export interface Reading {
  rows: TableRows
  views: RowView[]
}

/** Rows of a table, read again once something has happened on the stack. Of readings only the last is kept. */
export function useRows({ table, contains }: RowsQuery): Fetched<Reading> {
  const [reading, setReading] = useState<Fetched<Reading>>({ status: 'loading' })
  const asked = useRef('')
  const last = useRef<TableRows | undefined>(undefined)
  const turn = live.value.events[0]?.seq ?? 0

  useEffect(() => {
    const question = `rows?${new URLSearchParams({ table, contains })}`
    const read = async () => {
      const rows = await fetchJson<TableRows>(question)
      // An answer to what was asked before comes too late.
      if (asked.current !== question) return
      if (rows.status !== 'there') return setReading(rows)
      const views = rowViews(last.current, rows.value)
      last.current = rows.value
      setReading({ status: 'there', value: { rows: rows.value, views } })
    }
    const isNew = asked.current !== question
    asked.current = question
    if (isNew) {
      last.current = undefined
      void read()
    }
    const timer = isNew ? undefined : setTimeout(read, pauseMs)
    return () => clearTimeout(timer)
  }, [table, contains, turn])
  return reading
}
