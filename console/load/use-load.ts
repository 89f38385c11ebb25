import { useEffect, useRef, useState } from 'preact/hooks'
import { readLines } from '../live/read-lines.ts'
import type { LoadChoice, LoadMessage, LoadProgress, LoadVerdict } from '../wire-load.ts'

export interface LoadState {
  progress?: LoadProgress
  isJudging: boolean
  verdict?: LoadVerdict
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
  const [problem, setProblem] = useState('')
  const [isUnderWay, setUnderWay] = useState(false)
  const leaving = useRef<AbortController | undefined>(undefined)

  const stop = () => leaving.current?.abort()
  useEffect(() => stop, [])

  const tell = (message: LoadMessage) => {
    if (message.kind === 'failed') setProblem(`It could not be judged: ${message.why}`)
    else if (message.kind === 'verdict') setState((before) => ({ ...before, verdict: message.verdict }))
    else setState({ progress: message.progress, isJudging: message.kind === 'judging' })
  }

  const start = async ({ unique, copies }: LoadChoice) => {
    stop()
    const leave = new AbortController()
    leaving.current = leave
    setState(nothingYet)
    setProblem('')
    setUnderWay(true)
    const address = `load?${new URLSearchParams({ unique: String(unique), copies: String(copies) })}`
    const end = await readLines<LoadMessage>(address, leave.signal, (message) => {
      // A line of the run before may still be under way.
      if (leaving.current === leave) tell(message)
    })
    if (leaving.current !== leave) return
    setUnderWay(false)
    if (end.status === 'left') setProblem('Stopped: nothing was judged.')
    if (end.status === 'failed') setProblem(`It did not run to its end: ${end.why}.`)
  }

  return { state, problem, isUnderWay, stop, start: (choice) => void start(choice) }
}
