import type { Light, Promises } from '../../console/wire.ts'
import type { Finding } from '../check/run-check.ts'

/** Since when each violation has been found at every reading: by promise, subject and problem. */
export type Suspects = ReadonlyMap<string, number>

/**
 * A violation found for so long is no half of an update any more. Longer than an event takes to reach its consumers on a busy machine, and
 * short enough that a room can wait for it.
 */
const brokenAfterMs = 6_000

const violationsShownMax = 5

/** The lights of the promises, from this reading's findings and what earlier readings suspected. */
export function judgePromises(
  findings: readonly Finding[],
  before: Suspects,
  nowMs: number,
): { invariants: Promises['invariants']; suspects: Suspects } {
  const suspects = new Map<string, number>()
  const invariants = findings.map(({ invariant: { number, promise }, violations }) => {
    let oldestMs = nowMs
    for (const { subject, problem } of violations) {
      const key = `${number} ${subject} ${problem}`
      const sinceMs = before.get(key) ?? nowMs
      suspects.set(key, sinceMs)
      oldestMs = Math.min(oldestMs, sinceMs)
    }
    const suspected: Light = nowMs - oldestMs >= brokenAfterMs ? 'broken' : 'suspect'
    const light: Light = violations.length === 0 ? 'holds' : suspected
    return { number, promise, light, violations: violations.slice(0, violationsShownMax) }
  })
  return { invariants, suspects }
}
