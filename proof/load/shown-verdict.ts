import type { LoadVerdict } from '../../console/wire-load.ts'
import type { Finding } from '../check/run-check.ts'
import type { Verdict } from './verdict.ts'

const violationsShownMax = 5

/** The verdict of a load run as the console shows it. */
export function shownVerdict(verdict: Verdict, findings: readonly Finding[]): LoadVerdict {
  const { unique, copies, requests, effects, reads, throughputPerSecond, latencyMs } = verdict
  const none = (count: number, says: string) => ({ says: `${count} ${says}`, holds: count === 0 })
  const { notLinearizable, gaveUp, listFaults, viewFaults } = reads
  const readFaults = [notLinearizable, gaveUp, listFaults, viewFaults].flat().length
  return {
    isOk: verdict.ok,
    checks: [
      {
        says: `${effects} effects of ${unique} requests in ${copies} copies, ${requests} sent`,
        holds: effects === unique,
      },
      none(verdict.doubledEffects, 'doubled effects'),
      none(verdict.differingAnswers, 'requests whose copies got differing answers'),
      none(verdict.lostEvents, 'lost events'),
      none(verdict.unfinishedSagas, 'unfinished sagas'),
      none(verdict.refusedRequests, 'refused requests'),
      { says: `${readFaults} faults in ${reads.answered} reads`, holds: reads.ok },
    ],
    broken: findings
      .filter(({ violations }) => violations.length > 0)
      .map(({ invariant: { number, promise }, violations }) => ({
        number,
        promise,
        violations: violations.slice(0, violationsShownMax).map(({ subject, problem }) => `${subject} ${problem}`),
      })),
    throughputPerSecond,
    latencyMs,
  }
}
