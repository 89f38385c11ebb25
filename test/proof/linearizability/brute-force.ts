import type { Model, Operation } from '../../../proof/linearizability/model.ts'

/** Tries every order of every subset that has all answered operations: the definition, for a handful of operations. */
export function isLinearizable<State, Call, Answer>(
  model: Model<State, Call, Answer>,
  operations: readonly Operation<Call, Answer>[],
): boolean {
  const endsBefore = (one: Operation<Call, Answer>, other: Operation<Call, Answer>) =>
    one.returned !== undefined && one.returned.atMs < other.invokedAtMs
  const tryFrom = (state: State, left: readonly Operation<Call, Answer>[]): boolean =>
    left.every(({ returned }) => !returned) ||
    left.some((operation) => {
      const others = left.filter((other) => other !== operation)
      if (others.some((other) => endsBefore(other, operation))) return false
      const next = model.step(state, operation.call, operation.returned?.answer)
      return next !== undefined && tryFrom(next, others)
    })
  return tryFrom(model.initial, operations)
}
