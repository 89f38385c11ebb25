import { useEffect, useRef, useState } from 'preact/hooks'
import { type ReadEnd, readLines } from './read-lines.ts'

/** A run that lasts as long as it is followed: it ends with the component that shows it. */
export interface Run<Message> {
  isUnderWay: boolean
  /** How the last one ended; undefined before the first, and while one is under way. */
  end: ReadEnd | undefined
  /** Begins another one, and tells each of its messages. The one before is stopped. */
  start(address: string, tell: (message: Message) => void): void
  stop(): void
}

export function useRun<Message>(): Run<Message> {
  const [isUnderWay, setUnderWay] = useState(false)
  const [end, setEnd] = useState<ReadEnd>()
  const leaving = useRef<AbortController | undefined>(undefined)
  const stop = () => leaving.current?.abort()
  useEffect(() => stop, [])

  const follow = async (address: string, tell: (message: Message) => void) => {
    stop()
    const leave = new AbortController()
    leaving.current = leave
    // A line of the run before, and its end, may still be under way.
    const isCurrent = () => leaving.current === leave
    setUnderWay(true)
    setEnd(undefined)
    const ended = await readLines<Message>(address, leave.signal, (message) => {
      if (isCurrent()) tell(message)
    })
    if (!isCurrent()) return
    setUnderWay(false)
    setEnd(ended)
  }

  return { isUnderWay, end, stop, start: (address, tell) => void follow(address, tell) }
}
