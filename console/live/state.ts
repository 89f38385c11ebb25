import type { Depths, Fault, Hello, Messages, Promises, Second, Totals, WireEvent } from '../wire.ts'

/** What the stack has told so far. */
export interface LiveState {
  hello: Hello | undefined
  totals: Totals
  /** How many batches in a row each counter grew in. A counter that did not grow is absent. */
  growing: Record<string, number>
  /** The newest, the newest first. */
  events: readonly WireEvent[]
  /** Events that were not told one by one. */
  skipped: number
  seconds: readonly Second[]
  depths: Depths | undefined
  promises: Promises | undefined
  faults: readonly Fault[]
}

export const emptyState: LiveState = {
  hello: undefined,
  totals: {},
  growing: {},
  events: [],
  skipped: 0,
  seconds: [],
  depths: undefined,
  promises: undefined,
  faults: [],
}

const eventsKept = 200
/** Two minutes: long enough to see a change, short enough to see it at once. */
const secondsKept = 120

/** The state after a message. */
export function applyMessage<Name extends keyof Messages>(
  state: LiveState,
  name: Name,
  content: Messages[Name],
): LiveState {
  switch (name) {
    case 'hello':
      return { ...state, hello: content as Hello }
    case 'reset':
      return { ...emptyState, hello: state.hello, seconds: state.seconds }
    case 'batch': {
      const { events, skipped, totals } = content as Messages['batch']
      const grown = Object.keys(totals).filter((counter) => totals[counter] !== state.totals[counter])
      return {
        ...state,
        totals,
        growing: Object.fromEntries(grown.map((counter) => [counter, (state.growing[counter] ?? 0) + 1])),
        events: [...events.toReversed(), ...state.events].slice(0, eventsKept),
        skipped: state.skipped + skipped,
      }
    }
    case 'second': {
      const received = content as Second[]
      const [first] = received
      // After a lost connection they come again.
      const before = state.seconds.filter(({ at }) => first !== undefined && at < first.at)
      return { ...state, seconds: [...before, ...received].slice(-secondsKept) }
    }
    case 'depths':
      return { ...state, depths: content as Depths }
    case 'promises':
      return { ...state, promises: content as Promises }
    case 'faults':
      return { ...state, faults: content as Fault[] }
    default:
      return state
  }
}
