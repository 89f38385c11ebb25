import { useEffect, useState } from 'preact/hooks'
import type { Fetched } from './fetched.ts'
import { createReadings } from './readings.ts'

/**
 * What the stack answers to a question, asked again a moment after `turn` has changed. `asked` names the question: another one begins anew,
 * and an answer that comes too late for it is dropped.
 */
export function useFetched<Value>(asked: string, turn: unknown, read: () => Promise<Fetched<Value>>): Fetched<Value> {
  const [answer, setAnswer] = useState<{ to: string; fetched: Fetched<Value> } | undefined>(undefined)
  const [readings] = useState(() => createReadings<Value>((to, fetched) => setAnswer({ to, fetched })))
  useEffect(() => readings.look({ asked, turn, read }), [asked, turn])
  useEffect(() => readings.stop, [])
  // Never what was answered to the question before.
  return answer?.to === asked ? answer.fetched : { status: 'loading' }
}
