import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Fetched } from '../live/fetched.ts'
import { pageVisibility } from './page-visibility.ts'
import { poll } from './poll.ts'
import { session } from './session.ts'

/** Soon enough for a person, and 720 requests an hour while somebody watches (ADR 60). */
const pace = { everyMs: 5_000, slowestMs: 60_000 }

export interface Polled<Value> {
  content: Fetched<Value>
  /** Why the last reading failed, while the content is of an earlier one. */
  problem: string
  /** Reads now, besides. */
  refresh(): Promise<void>
}

/** What the API answers to a path, read again while the page is seen. */
export function usePolled<Value>(path: string): Polled<Value> {
  const [content, setContent] = useState<Fetched<Value>>({ status: 'loading' })
  const [problem, setProblem] = useState('')
  const asked = useRef(path)
  asked.current = path

  const read = useCallback(async () => {
    const answer = await session.ask<Value>(path)
    // It comes too late when something else was asked for since.
    if (asked.current !== path) return { isOk: true }
    setProblem(answer.status === 'failed' ? answer.why : '')
    if (answer.status === 'there') setContent(answer)
    else setContent((before) => (before.status === 'there' ? before : answer))
    return { isOk: answer.status === 'there', ...(answer.status === 'failed' && { retryAfterMs: answer.retryAfterMs }) }
  }, [path])

  useEffect(() => {
    setContent({ status: 'loading' })
    setProblem('')
    return poll(read, pageVisibility, pace)
  }, [read])

  const refresh = useCallback(async () => void (await read()), [read])
  return { content, problem, refresh }
}
