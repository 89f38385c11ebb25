import { useEffect, useRef, useState } from 'preact/hooks'
import { fetchJson } from '../live/fetched.ts'
import { readLines } from '../live/read-lines.ts'
import type { PlayChoice, PlayMessage } from '../wire-play.ts'
import { applyPlayMessage, beganPlay, nextStep, type PlayState } from './play-state.ts'

/** A play under the hand of who looks at it. It ends with the page that shows it. */
export interface Play {
  /** Undefined before the first. */
  state: PlayState | undefined
  /** Why it ended before its end; empty otherwise. */
  problem: string
  isUnderWay: boolean
  start(choice: PlayChoice): void
  /** Goes on when every column waits; else does nothing. */
  next(): void
  /** Goes on without waiting again. */
  toTheEnd(): void
  stop(): void
}

/** As many steps as the server allows at once. */
const everyStep = 1_000

export function usePlay(): Play {
  const [state, setState] = useState<PlayState>()
  const [problem, setProblem] = useState('')
  const [isUnderWay, setUnderWay] = useState(false)
  const leaving = useRef<AbortController | undefined>(undefined)

  const stop = () => leaving.current?.abort()
  useEffect(() => stop, [])

  const start = async ({ scenario, mutant }: PlayChoice) => {
    stop()
    const leave = new AbortController()
    leaving.current = leave
    setState(beganPlay(mutant === undefined ? ['guarded'] : ['guarded', 'unguarded']))
    setProblem('')
    setUnderWay(true)
    const address = `play?${new URLSearchParams({ scenario, ...(mutant !== undefined && { mutant }) })}`
    const end = await readLines<PlayMessage>(address, leave.signal, (message) => {
      // A line of the play before may still be under way.
      if (leaving.current === leave) setState((before) => before && applyPlayMessage(before, message))
    })
    if (leaving.current !== leave) return
    setUnderWay(false)
    if (end.status === 'left') setProblem('Stopped.')
    if (end.status === 'failed') setProblem(`It could not be played to its end: ${end.why}.`)
  }

  const goUpTo = async (upTo: number) => {
    const play = state?.id
    if (play === undefined) return
    const sent = await fetchJson(`play/next?${new URLSearchParams({ play, upTo: String(upTo) })}`, { method: 'POST' })
    if (sent.status === 'failed') setProblem(`It did not go on: ${sent.why}.`)
  }

  return {
    ...{ state, problem, isUnderWay, stop },
    start: (choice) => void start(choice),
    next: () => {
      const number = state && isUnderWay ? nextStep(state) : undefined
      if (number !== undefined) void goUpTo(number)
    },
    toTheEnd: () => void goUpTo(everyStep),
  }
}
