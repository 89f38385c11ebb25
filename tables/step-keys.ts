import * as z from 'zod'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `StepKeys`: the fence of one step of one saga. What is written first decides, for good:
 *
 *     (absent) ─ done ─ undone       the do, and then its undo
 *     (absent) ─ tombstone           the undo came first: a late do has no effect
 *     (absent) ─ intent ─ done       an outside call: before it, and after it
 *     intent ─ undone                the undo of an outside call that may have had its effect
 *     intent ─ tombstone             the outside call was refused, definitely
 *     (absent) ─ intent ─ intent     a wait for a callback, opened again with another token
 */
const table = 'StepKeys'

/** Longest life of an execution (Step Functions quota: one year), and 120 days past it. */
const keptDays = 365 + 120

export const StepKey = z.discriminatedUnion('state', [
  /** An outside call may have been made; whether it took effect is not known. With `wait`: someone outside is waited for, by this token. */
  z.object({
    state: z.literal('intent'),
    wait: z.object({ token: z.string(), generation: z.int(), attempt: z.int() }).optional(),
  }),
  z.object({ state: z.literal('done'), result: z.json() }),
  z.object({ state: z.literal('undone') }),
  z.object({ state: z.literal('tombstone') }),
])
export type StepKey = z.infer<typeof StepKey>

/** A fence as read: `absent` when nothing was ever tried. */
export type Fence = StepKey | { state: 'absent' }

export interface StepRef {
  tenant: string
  sagaId: string
  step: string
}

const keyOf = ({ tenant, sagaId, step }: StepRef) => ({
  pk: aggregateKey(tenant, { type: 'saga', id: sagaId }),
  sk: `STEP#${step}`,
})

export function stepRow(ref: StepRef): RowRead<StepKey> {
  return { table, key: keyOf(ref), parse: parseFence }
}

/** Throws `ZodError` on a row that is no fence. */
export function parseFence(row: Row): StepKey {
  return StepKey.parse(row)
}

/** Which state may follow which: no other write of a fence can be built. */
const next = {
  absent: ['intent', 'done', 'tombstone'],
  intent: ['intent', 'done', 'undone', 'tombstone'],
  done: ['undone'],
  undone: [],
  tombstone: [],
} as const satisfies Record<Fence['state'], readonly StepKey['state'][]>

/** Moves a fence, only from the state that it was read in. Throws `Error` on a move that leads nowhere in the picture above. */
export function moveFence(ref: StepRef, was: Fence['state'], to: StepKey, atMs: number): Write {
  const allowed: readonly string[] = next[was]
  if (!allowed.includes(to.state)) throw new Error(`the fence of ${ref.step} can't become ${to.state} after ${was}`)
  const row = {
    ...keyOf(ref),
    ...to,
    tenant: ref.tenant,
    sagaId: ref.sagaId,
    step: ref.step,
    at: new Date(atMs).toISOString(),
    expiresAt: Math.floor(atMs / 1000) + keptDays * 86_400,
  }
  const when: Condition = was === 'absent' ? absent : { attribute: 'state', equals: was }
  return { kind: 'put', table, row, when }
}
