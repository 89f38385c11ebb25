import type { Write } from '../tables/store.ts'

/** What may travel between steps: small facts and ids that JSON keeps as they are, but for members that are undefined. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined }

/**
 * What a step has decided to do; the runner does it. A step that is not sure returns no plan but throws, and is tried again.
 * - `write`: rows of ours, in one transaction with the step's fence: exactly once.
 * - `call`: something outside. The fence says `intent` before, so from then on it may have happened: at least once.
 * - `skip`: nothing to do here, for a reason.
 * - `refuse`: it can't be done, definitely and without effect.
 */
export type Plan<Result> =
  | { plan: 'write'; writes: Write[]; result: Result }
  | { plan: 'call'; call: () => Promise<CallOutcome<Result>> }
  | { plan: 'skip'; result: Result }
  | { plan: 'refuse'; why: string }

/**
 * What an outside call came to. Anything else is thrown, and deps that nobody knows. `given-up` deps so too, but for the last
 * time: the step is over, and its saga goes on and says so.
 */
export type CallOutcome<Result> =
  | { status: 'done'; result: Result }
  | { status: 'refused'; why: string }
  | { status: 'given-up'; why: string; result: Result }

/** An undo can't refuse: what keeps it from happening is tried again, and parks the saga in the end. */
export type UndoPlan =
  | { plan: 'write'; writes: Write[] }
  | { plan: 'call'; call: () => Promise<void> }
  | { plan: 'skip' }

/** A step after the pivot can't refuse: there is no way back. */
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
