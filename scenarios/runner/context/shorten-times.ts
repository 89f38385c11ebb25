export interface TimeLimits {
  retriesMax: number
  timeoutSecondsMax?: number
}

interface TimedState {
  TimeoutSeconds?: number
  Parameters?: { Payload?: { awaits?: string } }
  Retry?: { MaxAttempts: number; IntervalSeconds?: number }[]
}

/**
 * The state machine with at most `retriesMax` retries, two seconds apart at most, and task timeouts of at most `timeoutSecondsMax`.
 * A wait for a callback keeps its timeout, as it may rightly be long, and the parking of a saga stays as it is, as it must not fail.
 */
export function shortenTimes(
  definition: string,
  { retriesMax, timeoutSecondsMax = Number.POSITIVE_INFINITY }: TimeLimits,
): string {
  const machine = JSON.parse(definition) as { States: Record<string, TimedState> }
  for (const state of Object.values(machine.States)) {
    if (!state.Retry || state.TimeoutSeconds === undefined) continue
    if (!state.Parameters?.Payload?.awaits) state.TimeoutSeconds = Math.min(state.TimeoutSeconds, timeoutSecondsMax)
    for (const retrier of state.Retry) {
      retrier.MaxAttempts = Math.min(retrier.MaxAttempts, retriesMax)
      if (retrier.IntervalSeconds !== undefined) Object.assign(retrier, { IntervalSeconds: 1, MaxDelaySeconds: 2 })
    }
  }
  return JSON.stringify(machine)
}
