/**
 * How a task tells Step Functions what happened: by the error's name, on which the compiled machine retries and catches. Messages
 * are words of our own, as they end up in the execution's history.
 */

/** A step can't be done, definitely and without effect: compensate. */
export const refused = 'StepRefused'

/** A step's fence says that it was undone, or must never be done: compensate. */
export const closed = 'StepClosed'

/** Another execution has taken this saga over: end, without touching anything. */
export const superseded = 'ExecutionSuperseded'

/** This attempt failed; whether it had an effect is for the fence to tell. Each step has a name of its own, and so a policy of its own. */
export function failedStep(step: string): string {
  return `${step}.failed`
}

export class StepError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
  }
}

export function isNamed(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name)
}
