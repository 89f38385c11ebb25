/**
 * Errors that tell Step Functions what happened: by their names, on which the compiled machine retries and catches. Messages are our own
 * words only, as they end up in the execution's history.
 */

/** The step can't be done, definitely and without effect: compensate. */
export const refused = 'StepRefused'

/** The step's fence says that it was undone or must never be done: compensate. */
export const closed = 'StepClosed'

/** What the step calls is held, so it was not called: wait for the release. */
export const held = 'StepHeld'

/** Another execution owns the saga: end without touching anything. */
export const superseded = 'ExecutionSuperseded'

/** The attempt failed; whether it took effect is for the fence to tell. Each step has its own name, and so its own retry policy. */
export function failedStep(step: string): string {
  return `${step}.failed`
}

export class StepError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
  }
}
