import * as z from 'zod'
import { ways } from '../tables/sagas.ts'

/**
 * What a state of the compiled machine asks the saga's function to do. Ids only: input and results are read from their rows, so
 * that no state grows and the execution's history holds nobody's data.
 */
const saga = {
  tenant: z.string(),
  sagaId: z.string(),
  generation: z.int().positive(),
  /** When the state was entered, by Step Functions' clock. Executions from before it was told have none. */
  enteredAt: z.string().optional(),
}

/** Counts the state's retries. */
const attempt = z.int().nonnegative().optional()

/** What a Catch left in the state: Step Functions' name of the error, and its cause as text. */
const CaughtError = z.object({ Error: z.string(), Cause: z.string().optional() })

export const Task = z.discriminatedUnion('action', [
  /** Do these steps, in order; then open the wait of the step that `awaits` names, if any. */
  z.object({
    action: z.literal('do'),
    ...saga,
    steps: z.array(z.string()),
    awaits: z.string().optional(),
    token: z.string().optional(),
    attempt,
  }),
  /** Find out whether the pivot is passed, and if not, close it and undo these steps, in order. */
  z.object({ action: z.literal('settle'), ...saga, undo: z.array(z.string()), error: CaughtError }),
  /** Undo one step. */
  z.object({ action: z.literal('undo'), ...saga, undo: z.array(z.string()) }),
  /** Wait for a person, who wakes the execution by this token. */
  z.object({ action: z.literal('park'), ...saga, way: z.enum(ways), error: CaughtError, token: z.string(), attempt }),
])
export type Task = z.infer<typeof Task>

/** What a task answers; only the way of `settle` is ever looked at. */
export interface TaskAnswer {
  way: (typeof ways)[number]
}
