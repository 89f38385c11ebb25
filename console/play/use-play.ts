import { useState } from 'preact/hooks'
import { fetchJson } from '../live/fetched.ts'
import { useRun } from '../live/use-run.ts'
import type { PlayChoice, PlayMessage } from '../wire-play.ts'
import { applyPlayMessage, beganPlay, nextStep, type PlayState } from './play-state.ts'

/** A play that its viewer controls. It ends with the page that shows it. */
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

/** The number of steps that the server allows at once. */
const everyStep = 1_000

export function usePlay(): Play {
  const [state, setState] = useState<PlayState>()
  const [refusal, setRefusal] = useState('')
  const { isUnderWay, end, start, stop } = useRun<PlayMessage>()

  const goUpTo = async (upTo: number) => {
    const play = state?.id
    if (play === undefined) return
    const sent = await fetchJson(`play/next?${new URLSearchParams({ play, upTo: String(upTo) })}`, { method: 'POST' })
    setRefusal(sent.status === 'failed' ? `It did not go on: ${sent.why}.` : '')
  }

  const problem = () => {
    if (end?.status === 'left') return 'Stopped.'
    if (end?.status === 'failed') return `It could not be played to its end: ${end.why}.`
    return refusal
  }

  return {
    state,
    isUnderWay,
    stop,
    problem: problem(),
    start({ scenario, mutant }) {
      setRefusal('')
      setState(beganPlay(mutant === undefined ? ['guarded'] : ['guarded', 'unguarded']))
      const address = `play?${new URLSearchParams({ scenario, ...(mutant !== undefined && { mutant }) })}`
      start(address, (message) => setState((before) => before && applyPlayMessage(before, message)))
    },
    next() {
      const number = state && isUnderWay ? nextStep(state) : undefined
      if (number !== undefined) void goUpTo(number)
    },
    toTheEnd: () => void goUpTo(everyStep),
  }
}
