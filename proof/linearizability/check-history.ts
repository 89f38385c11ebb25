import type { Model, Operation } from './model.ts'

/**
 * - `linearizable`: the operations can be put in an order in which each has the answer that it got, and none comes before one that had
 *   ended when it began.
 * - `not-linearizable`: there is no such order. `furthest` is where the search came furthest.
 * - `gave-up`: the search reached its limit. Nothing is known, so it is never a pass.
 */
export type HistoryVerdict<State, Call, Answer> = { statesSearched: number } & (
  | { verdict: 'linearizable' }
  | { verdict: 'not-linearizable'; furthest: DeadEnd<State, Call, Answer> }
  | { verdict: 'gave-up' }
)

/** A state that is reached by as many operations as possible, and the operations one of which must come next, though none can. */
export interface DeadEnd<State, Call, Answer> {
  state: State
  ordered: number
  next: Operation<Call, Answer>[]
}

/** A history of thousands of operations with ordinary overlaps searches a few states per operation. */
const statesSearchedMax = 200_000

/** Which operations are ordered so far, and the state that they lead to. Nodes share nothing that changes. */
interface Node<State> {
  state: State
  /** All answered operations before this index are ordered, */
  first: number
  /** and these behind it, in order. */
  beyond: readonly number[]
  /** Those without an answer that have taken effect, in order. */
  taken: readonly number[]
  ordered: number
}

/**
 * Whether the history of one object is linearizable (Herlihy and Wing 1990), by the search of Wing and Gong (1993) with Lowe's memory of
 * what was tried (2017): depth first; an operation may come next if no other one, not yet ordered, ended before it began; a set of ordered
 * operations with the same state is searched once. An operation without an answer comes next anywhere after its invocation, or nowhere. An
 * observation that may come next and fits does come next, and nothing else is tried: whatever order there is, it can be moved to here.
 */
export function checkHistory<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  operations: readonly Operation<Call, Answer>[],
  statesMax = statesSearchedMax,
): HistoryVerdict<State, Call, Answer> {
  const byInvocation = operations.toSorted((a, b) => a.invokedAtMs - b.invokedAtMs)
  const answered = byInvocation.filter(isAnswered)
  const unknown = byInvocation.filter(({ returned }) => !returned)
  const root: Node<State> = { state: model.initial, first: 0, beyond: [], taken: [], ordered: 0 }
  const seen = new Set([keyOf(model, root)])
  const stack = [root]
  let furthest = root
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.ordered === answered.length) return { verdict: 'linearizable', statesSearched: seen.size }
    if (node.ordered > furthest.ordered) furthest = node
    // The last one pushed is searched first: what ended first was most likely first.
    for (const next of successors(model, node, answered, unknown)) {
      const key = keyOf(model, next)
      if (seen.has(key)) continue
      if (seen.size >= statesMax) return { verdict: 'gave-up', statesSearched: seen.size }
      seen.add(key)
      stack.push(next)
    }
  }
  const next = candidates(furthest, answered).indexes.flatMap((index) => answered[index] ?? [])
  const { state, ordered } = furthest
  return { verdict: 'not-linearizable', furthest: { state, ordered, next }, statesSearched: seen.size }
}

type Answered<Call, Answer> = Required<Operation<Call, Answer>>

function isAnswered<Call, Answer>(operation: Operation<Call, Answer>): operation is Answered<Call, Answer> {
  return operation.returned !== undefined
}

/** The nodes that follow, the least likely first. */
function successors<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  node: Node<State>,
  answered: readonly Answered<Call, Answer>[],
  unknown: readonly Operation<Call, Answer>[],
): Node<State>[] {
  const { state, beyond, taken } = node
  const { indexes, untilMs } = candidates(node, answered)
  for (const index of indexes) {
    const { call, returned } = answered[index] as Answered<Call, Answer>
    if (!model.isObservation(call, returned.answer)) continue
    const next = model.step(state, call, returned.answer)
    if (next !== undefined) return [{ ...node, ...withOrdered(node, index, beyond), state: next }]
  }
  const key = model.keyOf(state)
  const byEffect = unknown.flatMap((operation, index) => {
    if (operation.invokedAtMs > untilMs || taken.includes(index)) return []
    const next = model.step(state, operation.call)
    // Without an effect it may as well not have happened.
    if (next === undefined || model.keyOf(next) === key) return []
    return [{ ...node, state: next, taken: [...taken, index].toSorted((a, b) => a - b) }]
  })
  const byAnswer = indexes
    .toSorted((a, b) => endOf(answered, b) - endOf(answered, a))
    .flatMap((index) => {
      const operation = answered[index] as Answered<Call, Answer>
      const next = model.step(state, operation.call, operation.returned.answer)
      return next === undefined ? [] : [{ ...node, ...withOrdered(node, index, beyond), state: next }]
    })
  return [...byEffect, ...byAnswer]
}

/** The answered operations that may come next: none of the others that are not ordered ended before they began, at `untilMs` or later. */
function candidates<Call, Answer>(
  { first, beyond }: Node<unknown>,
  answered: readonly Answered<Call, Answer>[],
): { indexes: number[]; untilMs: number } {
  const open: number[] = []
  let untilMs = Number.POSITIVE_INFINITY
  for (let index = first; index < answered.length; index++) {
    const { invokedAtMs, returned } = answered[index] as Answered<Call, Answer>
    if (invokedAtMs > untilMs) break
    if (beyond.includes(index)) continue
    open.push(index)
    untilMs = Math.min(untilMs, returned.atMs)
  }
  return { indexes: open.filter((index) => (answered[index]?.invokedAtMs ?? 0) <= untilMs), untilMs }
}

function withOrdered(
  { first, ordered }: Node<unknown>,
  index: number,
  beyond: readonly number[],
): Pick<Node<unknown>, 'first' | 'beyond' | 'ordered'> {
  if (index !== first) return { first, beyond: [...beyond, index].toSorted((a, b) => a - b), ordered: ordered + 1 }
  let next = first + 1
  while (beyond.includes(next)) next++
  return { first: next, beyond: beyond.filter((other) => other > next), ordered: ordered + 1 }
}

function endOf<Call, Answer>(answered: readonly Answered<Call, Answer>[], index: number): number {
  return answered[index]?.returned.atMs ?? 0
}

function keyOf<State>(model: Model<State, never, never>, { state, first, beyond, taken }: Node<State>): string {
  return `${first}|${beyond.join()}|${taken.join()}|${model.keyOf(state)}`
}
