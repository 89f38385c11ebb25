import * as z from 'zod'
import { type Direction, directions } from '../tables/sagas.ts'

/**
 * What a state of the compiled machine asks the saga's function to do. Ids only: input and results are read from their rows, so that no
 * state grows and the execution's history holds no personal data.
 */
const saga = {
  tenant: z.string(),
  sagaId: z.string(),
  generation: z.int().positive(),
  /** When Step Functions entered the state, by its own clock. */
  enteredAt: z.string().optional(),
}

/** The number of the state's retry, from 0. */
const attempt = z.int().nonnegative().optional()

/** What a Catch put into the state: the error's name, and its cause as text. */
const CaughtError = z.object({ Error: z.string(), Cause: z.string().optional() })
export type CaughtError = z.infer<typeof CaughtError>

export const Task = z.discriminatedUnion('action', [
  /** Do these steps in order; then open the wait of the step that `awaits` names, if any. */
  z.object({
    action: z.literal('do'),
    ...saga,
    steps: z.array(z.string()),
    awaits: z.string().optional(),
    token: z.string().optional(),
    attempt,
  }),
  /** Find out whether the pivot was committed; if not, close it and undo these steps in order. */
  z.object({ action: z.literal('resolve-pivot'), ...saga, undo: z.array(z.string()), error: CaughtError }),
  /** Undo these steps in order. */
  z.object({ action: z.literal('undo'), ...saga, undo: z.array(z.string()) }),
  /** Wait for an operator, whose resume wakes the execution by this token. */
  z.object({
    action: z.literal('park'),
    ...saga,
    direction: z.enum(directions),
    error: CaughtError,
    token: z.string(),
    attempt,
  }),
  /** Wait until what the saga needs is released; that wakes the execution by this token. */
  z.object({ action: z.literal('await-release'), ...saga, token: z.string(), attempt }),
])
export type Task = z.infer<typeof Task>

/** What a task returns. The state machine looks at the direction of `resolve-pivot` only. `held`: it waits before it goes on forward. */
export interface TaskResult {
  direction: Direction | 'held'
}
