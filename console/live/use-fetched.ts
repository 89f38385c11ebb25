import { useEffect, useRef, useState } from 'preact/hooks'
import type { Fetched } from './fetched.ts'

/** What follows within it is read together. */
const settleMs = 400

/**
 * What the stack answers to a question, asked again a moment after `turn` has changed. `asked` names the question: another one begins anew,
 * and an answer that comes too late for it is dropped.
 */
export function useFetched<Value>(asked: string, turn: unknown, read: () => Promise<Fetched<Value>>): Fetched<Value> {
  const [answer, setAnswer] = useState<{ to: string; fetched: Fetched<Value> } | undefined>(undefined)
  const current = useRef<string | undefined>(undefined)

  useEffect(() => {
    const ask = async () => {
      const fetched = await read()
      if (current.current === asked) setAnswer({ to: asked, fetched })
    }
    const isNew = current.current !== asked
    current.current = asked
    if (isNew) {
      void ask()
      return undefined
    }
    const timer = setTimeout(ask, settleMs)
    return () => clearTimeout(timer)
  }, [asked, turn])
  // Never what was answered to the question before.
  return answer?.to === asked ? answer.fetched : { status: 'loading' }
}
