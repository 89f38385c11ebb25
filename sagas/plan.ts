import type { Write } from '../tables/store.ts'

/** What steps may pass to each other: small facts and ids that survive JSON. Members that are `undefined` are dropped. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined }

/**
 * What a step wants done; the runner carries it out. A step that can't decide throws, and is retried.
 * - `write`: rows in our tables, in one transaction with the step's fence: exactly once.
 * - `call`: an outside call. The fence records `intent` before it, so that it happens at least once, always with the same id.
 * - `skip`: nothing to do, for a reason.
 * - `refuse`: the step can't be done, definitely and without effect.
 */
export type Plan<Result> =
  | { plan: 'write'; writes: Write[]; result: Result }
  | { plan: 'call'; call: () => Promise<CallOutcome<Result>> }
  | { plan: 'skip'; result: Result }
  | { plan: 'refuse'; why: string }

/**
 * The definite outcome of an outside call. An unknown outcome is thrown, and the call is retried. `given-up` is an unknown outcome that
 * is no longer retried: the saga goes forward, and its row says so.
 */
export type CallOutcome<Result> =
  | { status: 'done'; result: Result }
  | { status: 'refused'; why: string }
  | { status: 'given-up'; why: string; result: Result }

/** An undo can't refuse: it is retried until it succeeds, and parks the saga when it does not. */
export type UndoPlan =
  | { plan: 'write'; writes: Write[] }
  | { plan: 'call'; call: () => Promise<void> }
  | { plan: 'skip' }

/** A step after the pivot can't refuse: the saga can no longer compensate. */
export type ForwardPlan<Result> = Exclude<Plan<Result>, { plan: 'refuse' }>

export function write<Result>(writes: Write[], result: Result): ForwardPlan<Result> {
  return { plan: 'write', writes, result }
}

export function call<Result>(make: () => Promise<CallOutcome<Result>>): ForwardPlan<Result> {
  return { plan: 'call', call: make }
}

export function skip<Result>(result: Result): ForwardPlan<Result> {
  return { plan: 'skip', result }
}

export function refuse(why: string): Plan<never> {
  return { plan: 'refuse', why }
}
