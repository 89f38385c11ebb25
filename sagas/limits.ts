import type { State, StateMachine } from './asl.ts'
import { pathsThrough, triesMax } from './walk.ts'

/** Step Functions quotas, https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const stateNameLengthMax = 80
const definitionBytesMax = 1_048_576
const historyEventsMax = 25_000
const stateBytesMax = 262_144

/** What a state carries beside its payload: the ids of its saga, and one error with its name and cause (AWS truncates causes at this). */
const idsBytesMax = 2_048
const causeBytesMax = 32_768

/** History events of one attempt of a task at most (scheduled, started, submitted, ended), and of a state's entry and exit. */
const eventsPerTry = 4
const eventsPerState = 2

/** How often an operator can resume one execution before its history is full, at least. */
const resumesMin = 5

/** Throws `Error` when an execution could exceed a quota whose error no Catch can catch. */
export function checkLimits(saga: string, machine: StateMachine): void {
  const states = Object.entries(machine.States)
  for (const [name, state] of states) {
    if (name.length > stateNameLengthMax)
      throw new Error(`${saga}: the state name "${name}" is longer than ${stateNameLengthMax} characters`)
    const bytes = bytesOf(state)
    if (bytes > stateBytesMax)
      throw new Error(`${saga}: the state "${name}" could carry ${bytes} bytes, more than ${stateBytesMax}`)
  }
  const definitionBytes = Buffer.byteLength(JSON.stringify(machine))
  if (definitionBytes > definitionBytesMax)
    throw new Error(`${saga}: the definition has ${definitionBytes} bytes, more than ${definitionBytesMax}`)
  const events = (1 + resumesMin) * longestHistory(machine)
  if (events > historyEventsMax)
    throw new Error(`${saga}: retries could write ${events} events of history, more than ${historyEventsMax}`)
}

function bytesOf(state: State): number {
  if (state.Type !== 'Task') return 0
  return Buffer.byteLength(JSON.stringify(state.Parameters)) + idsBytesMax + causeBytesMax
}

/** History events from the start to an end or a parking, with every retry used. No path from one parking to the next is longer. */
function longestHistory(machine: StateMachine): number {
  const eventsQuery = (name: string) => {
    const state = machine.States[name]
    return state ? eventsPerState + eventsPerTry * triesMax(state) : 0
  }
  const lengths = pathsThrough(machine).map(({ states }) =>
    states.reduce((events, name) => events + eventsQuery(name), eventsPerState),
  )
  return lengths.reduce((longest, each) => Math.max(longest, each), 0)
}
