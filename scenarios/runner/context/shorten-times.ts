interface TimeLimits {
  retriesMax: number
  timeoutSeconds?: number
}

interface TimedState {
  TimeoutSeconds?: number
  Parameters?: { Payload?: { awaits?: string } }
  Retry?: { MaxAttempts: number; IntervalSeconds?: number }[]
}

/**
 * A state machine that retries so often, two seconds apart at most, tasks that may take so long. Waits for others, which may take long,
 * and asking a person, which must not fail, stay as they are.
 */
export function shortenTimes(
  definition: string,
  { retriesMax, timeoutSeconds = Number.POSITIVE_INFINITY }: TimeLimits,
): string {
  const machine = JSON.parse(definition) as { States: Record<string, TimedState> }
  for (const state of Object.values(machine.States)) {
    if (!state.Retry || state.TimeoutSeconds === undefined) continue
    if (!state.Parameters?.Payload?.awaits) state.TimeoutSeconds = Math.min(state.TimeoutSeconds, timeoutSeconds)
    for (const retrier of state.Retry) {
      retrier.MaxAttempts = Math.min(retrier.MaxAttempts, retriesMax)
      if (retrier.IntervalSeconds !== undefined) Object.assign(retrier, { IntervalSeconds: 1, MaxDelaySeconds: 2 })
    }
  }
  return JSON.stringify(machine)
}
