import { useState } from 'preact/hooks'
import { useRun } from '../live/use-run.ts'
import type { LoadChoice, LoadMessage, LoadProgress, LoadVerdict } from '../wire-load.ts'

export interface LoadState {
  progress?: LoadProgress
  isJudging: boolean
  verdict?: LoadVerdict
  /** Why it could not be judged. */
  failure?: string
}

/** A load run, which ends with the page that shows it. */
export interface Load {
  state: LoadState
  /** Why it ended before its verdict; empty otherwise. */
  problem: string
  isUnderWay: boolean
  start(choice: LoadChoice): void
  stop(): void
}

const nothingYet: LoadState = { isJudging: false }

export function useLoad(): Load {
  const [state, setState] = useState<LoadState>(nothingYet)
  const { isUnderWay, end, start, stop } = useRun<LoadMessage>()

  const tell = (message: LoadMessage) => {
    if (message.kind === 'failed') setState((before) => ({ ...before, failure: message.why }))
    else if (message.kind === 'verdict') setState((before) => ({ ...before, verdict: message.verdict }))
    else setState({ progress: message.progress, isJudging: message.kind === 'judging' })
  }

  const problem = () => {
    if (end?.status === 'left') return 'Stopped: nothing was judged.'
    if (end?.status === 'failed') return `It did not run to its end: ${end.why}.`
    return state.failure === undefined ? '' : `It could not be judged: ${state.failure}`
  }

  return {
    state,
    isUnderWay,
    stop,
    problem: problem(),
    start({ unique, copies }) {
      setState(nothingYet)
      start(`load?${new URLSearchParams({ unique: String(unique), copies: String(copies) })}`, tell)
    },
  }
}
