import type { State, StateMachine } from './asl.ts'

/** Step Functions quotas, https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const stateNameLengthMax = 80
const definitionBytesMax = 1_048_576
const historyEventsMax = 25_000

/** Scheduled, started, ended or failed: what one try of a task adds to an execution's history; a state's own entry and exit on top. */
const eventsPerTry = 3
const eventsPerState = 2

/** How often a person may resume one execution before its history is full, at least. */
const resumesMin = 5

/** Throws `Error` when an execution could pass a limit that no Catch would see. */
export function checkLimits(saga: string, { States, ...machine }: StateMachine): void {
  const tooLong = Object.keys(States).find((name) => name.length > stateNameLengthMax)
  if (tooLong) throw new Error(`${saga}: the state name "${tooLong}" is longer than ${stateNameLengthMax} characters`)
  if (JSON.stringify({ ...machine, States }).length > definitionBytesMax)
    throw new Error(`${saga}: the definition is larger than ${definitionBytesMax} bytes`)
  const events = resumesMin * Object.values(States).reduce((total, state) => total + eventsOf(state), 0)
  if (events > historyEventsMax)
    throw new Error(`${saga}: retries could write ${events} events of history, more than ${historyEventsMax}`)
}

/** Every retrier of a state may be used up once. */
function eventsOf(state: State): number {
  if (state.Type !== 'Task') return eventsPerState
  const tries = state.Retry.reduce((total, { MaxAttempts }) => total + MaxAttempts, 1)
  return eventsPerState + eventsPerTry * tries
}
