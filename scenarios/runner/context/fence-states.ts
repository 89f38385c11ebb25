import type { Evidence } from '../../../proof/check/evidence.ts'

/** Each step's fence and its state, sorted. */
export function fenceStates({ fences }: Evidence): string[] {
  return fences.map(({ sk, value }) => `${sk} ${value.state}`).toSorted()
}
