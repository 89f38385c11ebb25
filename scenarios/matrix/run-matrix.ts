import { setTimeout as delay } from 'node:timers/promises'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, runCheck } from '../../proof/check/run-check.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'
import type { Target } from '../../proof/target.ts'
import { faultClientAt } from '../runner/context/fault-client.ts'
import { withShortenedTimes } from '../runner/context/state-machines.ts'
import { hangs, type MatrixCase } from './case.ts'
import { openEndpoints } from './endpoints.ts'
import { type CaseResult, runCase } from './run-case.ts'
import { startSagaPoller } from './saga-poller.ts'

/** How many cases of one saga run at once by default: each may keep two or three workers hanging. */
export const casesAtOnceMax = 6

export interface MatrixResult {
  results: CaseResult[]
  findings: Finding[]
}

export interface MatrixOptions {
  cases: readonly MatrixCase[]
  /** How many cases of one saga run at once; {@link casesAtOnceMax} by default. */
  casesAtOnce?: number
  onResult?: (result: CaseResult) => void
  /** Resolves when no function is running, so that late effects have landed too. */
  idle: () => Promise<void>
}

/** Runs the cases on a whole stack, many at once, and then checks everything that is stored against every invariant. */
export async function runMatrix(
  target: Target,
  { cases, casesAtOnce = casesAtOnceMax, onResult = () => {}, idle }: MatrixOptions,
): Promise<MatrixResult> {
  const endpoints = await openEndpoints()
  const poller = startSagaPoller(target.store)
  const attempts: RequestAttempt[] = []
  const faults = faultClientAt(String(target.edgeUrl))
  const results: CaseResult[] = []
  try {
    const run = async (testCase: MatrixCase) => {
      const result = await runCase(testCase, { target, faults, endpoints, poller, attempts })
      results.push(result)
      onResult(result)
    }
    const runAll = async (selected: MatrixCase[], shortening: 'hangs' | 'delays') => {
      const queues = [...Map.groupBy(selected, ({ harness }) => harness.saga.name).values()]
      await withShortenedTimes(target, shortening, async () => {
        await Promise.all(queues.map((queue) => runQueue(queue, casesAtOnce, run)))
      })
    }
    const hangsEveryTime = (testCase: MatrixCase) => hangs(testCase) && testCase.injected.isPersistent
    await runAll(cases.filter(hangsEveryTime), 'hangs')
    const others = cases.filter((testCase) => !hangsEveryTime(testCase))
    // The longest cases start first.
    await runAll(
      others.toSorted((a, b) => Number(hangs(b)) - Number(hangs(a))),
      'delays',
    )
    await idle()
    const check = { graceMs: 500, rounds: 60, sleep: delay }
    return { results, findings: await runCheck(() => gatherAll(target, attempts), check) }
  } finally {
    await faults.removeAll()
    poller.stop()
    await endpoints.stop()
  }
}

/** Runs several cases at once, in their order. Rejects with the first error. */
async function runQueue(
  cases: readonly MatrixCase[],
  atOnce: number,
  run: (testCase: MatrixCase) => Promise<void>,
): Promise<void> {
  const queue = [...cases]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
