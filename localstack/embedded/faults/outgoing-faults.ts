import type { OutgoingVerdict } from '../lambda/environment.ts'
import { untilRemoved } from './call-faults.ts'
import type { Injection } from './fault-book.ts'

/** Does to one connection what the rule says. `die` ends the environment that opens it. */
export async function injectIntoConnection(
  { rule, removed }: Injection<'outgoing'>,
  die: () => void,
): Promise<OutgoingVerdict> {
  const { fault } = rule
  switch (fault.do) {
    case 'refuse':
      return { do: 'refuse', code: fault.error }
    case 'delay':
      await untilRemoved(fault.ms, removed)
      return { do: 'pass' }
    case 'time-out':
      await untilRemoved(fault.ms, removed)
      return { do: 'refuse', code: 'ETIMEDOUT' }
    case 'lose-answer':
      return { do: 'lose' }
    case 'hold':
      await untilRemoved(undefined, removed)
      return { do: 'pass' }
    case 'kill':
      if (fault.moment === 'after') return { do: 'swallow', onAnswer: die }
      die()
      return { do: 'refuse', code: 'ECONNRESET' }
    default:
      return fault satisfies never
  }
}
