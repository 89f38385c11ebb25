import * as z from 'zod'
import { absent, type Condition, present } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `StepKeys`: the fence of one step of one saga. The first write decides, once and for all:
 *
 *     (absent) → done → undone       the do, then its undo
 *     (absent) → tombstone           the undo came first: a late do has no effect
 *     (absent) → intent → done       before and after an outside call
 *     intent → undone                the undo of an outside call that may have taken effect
 *     intent → tombstone             the outside call was definitely refused
 *     (absent) → intent → intent     a wait for a callback, opened again with another task token
 */
const table = 'StepKeys'

/** How long fences are kept after their saga has ended, as evidence. While it is live they never expire: a saga may be parked for years. */
const keptDaysAfterEnd = 120

/**
 * A wait for a callback. `generation`, when its state was entered (by Step Functions' clock, absent on rows of earlier versions), and
 * `attempt` tell which of two tokens is newer.
 */
const Wait = z.object({
  token: z.string(),
  generation: z.int(),
  enteredAt: z.string().optional(),
  attempt: z.int(),
})
export type Wait = z.infer<typeof Wait>

export const StepKey = z.discriminatedUnion('state', [
  /** An outside call may have been made, and may have taken effect. With `wait`: the step waits for a callback with this token. */
  z.object({
    state: z.literal('intent'),
    wait: Wait.optional(),
  }),
  z.object({ state: z.literal('done'), result: z.json() }),
  z.object({ state: z.literal('undone') }),
  /** `refusal` is why its outside call was refused, in our own words: absent after an undo, and on rows of earlier versions. */
  z.object({ state: z.literal('tombstone'), refusal: z.string().optional() }),
])
export type StepKey = z.infer<typeof StepKey>

/** A fence as read: `absent` when the step was never attempted. */
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

/** Throws `ZodError` when the row is not a fence. */
export function parseFence(row: Row): StepKey {
  return StepKey.parse(row)
}

/** Which state may follow which. No other transition can be written. */
const next = {
  absent: ['intent', 'done', 'tombstone'],
  intent: ['intent', 'done', 'undone', 'tombstone'],
  done: ['undone'],
  undone: [],
  tombstone: [],
} as const satisfies Record<Fence['state'], readonly StepKey['state'][]>

/** Advances a fence, on condition that it is still in the state `from`. Throws `Error` on a transition that is not in the picture above. */
export function advanceFence(
  ref: StepRef,
  from: Fence['state'],
  to: StepKey,
  { atMs, endsSaga }: { atMs: number; endsSaga: boolean },
): Write {
  const allowed: readonly string[] = next[from]
  if (!allowed.includes(to.state)) throw new Error(`the fence of ${ref.step} can't become ${to.state} after ${from}`)
  const row = {
    ...keyOf(ref),
    ...to,
    tenant: ref.tenant,
    sagaId: ref.sagaId,
    step: ref.step,
    at: new Date(atMs).toISOString(),
    ...(endsSaga && { expiresAt: expiryAfter(atMs) }),
  }
  const when: Condition = from === 'absent' ? absent : { attribute: 'state', equals: from }
  return { kind: 'put', table, row, when }
}

/** The fence that a repair after a restore writes for a step that is known, from outside the tables, to have been done. */
export function restoredFence(ref: StepRef, result: Row, at: string): Row {
  const { tenant, sagaId, step } = ref
  return { ...keyOf(ref), state: 'done', result, tenant, sagaId, step, at }
}

/** Lets a fence expire, as its saga ends. */
export function expireFence(ref: StepRef, endedAtMs: number): Write {
  return { kind: 'update', table, key: keyOf(ref), set: { expiresAt: expiryAfter(endedAtMs) }, when: present }
}

/** Whether the fences of a saga that ended then may be gone. */
export function fencesMayHaveExpired(endedAtMs: number, nowMs: number): boolean {
  return expiryAfter(endedAtMs) * 1000 <= nowMs
}

/** Epoch seconds, for DynamoDB's TTL. */
function expiryAfter(endedAtMs: number): number {
  return Math.floor(endedAtMs / 1000) + keptDaysAfterEnd * 86_400
}
