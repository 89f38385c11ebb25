import { setTimeout as delay } from 'node:timers/promises'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, runCheck } from '../../proof/check/run-check.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import type { Target } from '../../proof/target.ts'
import { faultClientAt } from '../runner/context/fault-client.ts'
import { withShortenedTimes } from '../runner/context/state-machines.ts'
import { type Case, everyCase, hangs } from './case.ts'
import { openEndpoints } from './endpoint.ts'
import { runCase, type Seen } from './run-case.ts'
import { watchSagas } from './saga-watch.ts'

/** Runs of one saga beside each other: each may make two or three workers hang. */
export const casesAtOnce = 6

export interface StackMatrix {
  seen: Seen[]
  findings: Finding[]
}

export interface MatrixOptions {
  cases?: readonly Case[]
  onSeen?: (seen: Seen) => void
  /** Resolves when no function runs any more: also those that nobody waits for have landed then. */
  idle: () => Promise<void>
}

/**
 * Every step and undo of every saga under every fault on a whole stack, many at once, each a saga of its own tenant. At the end
 * everything that is stored is judged once, by all invariants.
 */
export async function runMatrix(
  target: Target,
  { cases = everyCase(), onSeen = () => {}, idle }: MatrixOptions,
): Promise<StackMatrix> {
  const endpoints = await openEndpoints()
  const watch = watchSagas(target.store)
  const attempts: RequestAttempt[] = []
  const faults = faultClientAt(String(target.edgeUrl))
  const seen: Seen[] = []
  try {
    const run = async (one: Case) => {
      const outcome = await runCase(one, { target, faults, endpoints, watch, attempts })
      seen.push(outcome)
      onSeen(outcome)
    }
    const play = async (hurry: 'hangs' | 'delays', some: Case[]) => {
      const lines = Map.groupBy(some, ({ harness }) => harness.saga.name)
      const all = async () => void (await Promise.all([...lines.values()].map((line) => allOf(line, run))))
      await withShortenedTimes(target, hurry, all)
    }
    const keepsHanging = (one: Case) => hangs(one) && one.injected.isPersistent
    await play('hangs', cases.filter(keepsHanging))
    const others = cases.filter((one) => !keepsHanging(one))
    // What takes longest begins first.
    await play(
      'delays',
      others.toSorted((a, b) => Number(hangs(b)) - Number(hangs(a))),
    )
    await idle()
    const check = { graceMs: 500, rounds: 60, sleep: delay }
    return { seen, findings: await runCheck(() => gatherAll(target, attempts), check) }
  } finally {
    await faults.liftAll()
    watch.stop()
    await endpoints.stop()
  }
}

/** Some at once, the next as soon as one is over. Rejects with the first that fails. */
async function allOf(cases: readonly Case[], run: (one: Case) => Promise<void>): Promise<void> {
  const left = [...cases]
  const lane = async () => {
    for (let one = left.shift(); one; one = left.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: casesAtOnce }, lane))
}
