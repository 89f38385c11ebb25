import type { Fault } from '../wire.ts'

/** A rule as it is typed. */
export interface Draft {
  name: string
  at: Fault['at']
  service: string
  function: string
  host: string
  does: string
  details: string
}

export const emptyDraft: Draft = { name: '', at: 'call', service: '', function: '', host: '', does: '', details: '' }

interface Kind {
  label: string
  does: readonly [string, ...string[]]
  places: readonly { id: 'service' | 'function' | 'host'; label: string; hint: string }[]
}

const ofFunction = { id: 'function', label: 'Function', hint: '*-project-views' } as const

/**
 * What each kind of rule can do (localstack/embedded/faults/rule.ts). The stack judges what is sent, so this list can only be too short.
 */
export const kinds: Record<Fault['at'], Kind> = {
  call: {
    label: 'a call to AWS',
    does: ['throttle', 'refuse', 'delay', 'time-out', 'lose-answer', 'hold', 'half-applied', 'overtaken', 'kill'],
    places: [{ id: 'service', label: 'Service', hint: 'dynamodb' }, ofFunction],
  },
  invocation: {
    label: 'an invocation of a function',
    does: [
      'repeat',
      'refuse',
      'throttle',
      'delay',
      'time-out',
      'lose',
      'lose-answer',
      'answer',
      'reverse',
      'hold',
      'overtaken',
      'skew-clock',
      'kill',
    ],
    places: [ofFunction],
  },
  outgoing: {
    label: 'a connection to outside',
    does: ['refuse', 'delay', 'time-out', 'lose-answer', 'hold', 'kill'],
    places: [{ id: 'host', label: 'Host', hint: '127.0.0.1:8080' }, ofFunction],
  },
}

/** The rule to send. Undefined when the details are no JSON object. */
export function ruleOfDraft(draft: Draft): object | undefined {
  const { name, at, details } = draft
  const { does, places } = kinds[at]
  const where = Object.fromEntries(
    places.flatMap(({ id }) => (draft[id].trim() === '' ? [] : [[id, draft[id].trim()]])),
  )
  const more = readDetails(details)
  return (
    more && { name: name.trim(), at, where, fault: { do: does.includes(draft.does) ? draft.does : does[0], ...more } }
  )
}

function readDetails(text: string): object | undefined {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
