interface Traits {
  terminal: boolean
  /** Further names by which Retry and Catch may match it. */
  aliases: readonly string[]
  /** Whether the reason still has to be told with the state's name. */
  located: boolean
  /** What a catcher is told in place of an error or a reason that was not given. */
  blank: '' | null
}

/**
 * Why a state did not succeed. `error` is the name that Retry and Catch match; a `terminal` one ends the execution
 * whatever they say (AWS: `States.Runtime` is neither retried nor caught, not even by its name).
 */
export class StateFailure extends Error implements Traits {
  readonly error: string | undefined
  readonly reason: string | undefined
  readonly terminal: boolean
  readonly aliases: readonly string[]
  readonly located: boolean
  readonly blank: '' | null

  constructor(
    error: string | undefined,
    reason: string | undefined,
    { terminal = false, aliases = [], located = false, blank = '' }: Partial<Traits> = {},
  ) {
    super(`${error ?? ''}: ${reason ?? ''}`)
    this.error = error
    this.reason = reason
    this.terminal = terminal
    this.aliases = aliases
    this.located = located
    this.blank = blank
  }
}

/** A mistake of the definition that shows only with the data: `States.Runtime`. */
export function runtimeFailure(reason: string): StateFailure {
  return new StateFailure('States.Runtime', reason, { terminal: true, located: true })
}

/** AWS lets Retry and Catch see this one when a task's result is too large (recorded), but not when a state's output is. */
export function dataLimitExceeded(what: string, { terminal }: { terminal: boolean }): StateFailure {
  const reason = `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`
  return new StateFailure('States.DataLimitExceeded', reason, { terminal })
}

/** Whether one of the names of a retrier or a catcher means this failure (ASL: "Error names"). */
export function matches(names: readonly string[], failure: StateFailure): boolean {
  const error = failure.error ?? ''
  return names.some(
    (name) =>
      name === 'States.ALL' ||
      name === error ||
      failure.aliases.includes(name) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout'),
  )
}
