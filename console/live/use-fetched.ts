import { useEffect, useState } from 'preact/hooks'
import type { Fetched } from './fetched.ts'
import { createReadings, type Question } from './readings.ts'

/** What the stack answers to a question, read again when something may have changed. */
export function useFetched<Value>(question: Question<Value>): Fetched<Value> {
  const { asked, turn, pulse } = question
  const [answer, setAnswer] = useState<{ to: string; fetched: Fetched<Value> } | undefined>(undefined)
  const [readings] = useState(() => createReadings<Value>((to, fetched) => setAnswer({ to, fetched })))
  useEffect(() => readings.look(question), [asked, turn, pulse])
  useEffect(() => readings.stop, [])
  // Never what was answered to the question before.
  return answer?.to === asked ? answer.fetched : { status: 'loading' }
}
