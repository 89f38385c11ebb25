import { setTimeout as sleep } from 'node:timers/promises'
import { logAttempts, readAttempts } from '../../proof/check/attempts-log.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import { type Finding, runCheck } from '../../proof/check/run-check.ts'
import { storedTickets, untilListed } from '../../proof/load/final-lists.ts'
import type { LoadRun } from '../../proof/load/run-load.ts'
import type { Sender } from '../../proof/load/send.ts'
import { judgeRun, type Verdict } from '../../proof/load/verdict.ts'
import { viewReadsOf } from '../../proof/load/view-promises.ts'
import { waitForSagas } from '../../proof/load/wait-for-sagas.ts'
import type { Target } from '../../proof/target.ts'

const graceMs = 2_000
/**
 * A message whose consumer failed or was killed becomes visible again only after its visibility timeout of a
 * minute, and may fail once more.
 */
const checkRounds = 90

export interface SentLoad {
  target: Target
  /** Which data the answers are about: read before the run. */
  storedDataId: Parameters<typeof logAttempts>[1]
  sender: Omit<Sender, 'onAttempt'>
  copies: number
  result: LoadRun
}

/** Judges what a load run sent: waits until every event is delivered and every saga has ended, and checks everything that is stored. */
export async function judgeLoad({
  target,
  storedDataId,
  sender,
  copies,
  result,
}: SentLoad): Promise<{ findings: Finding[]; verdict: Verdict }> {
  const { dataDir } = target
  logAttempts(
    dataDir,
    storedDataId,
    result.results.flatMap(({ attempts }) => attempts),
  )
  const unfinished = await waitForSagas(target.store, result)
  const { attempts } = readAttempts(dataDir, storedDataId)
  const gather = () => gatherAll(target, attempts, viewReadsOf(result.reads))
  const findings = await runCheck(gather, { graceMs, rounds: checkRounds, sleep })
  const evidence = await gather()
  const lagging = await untilListed(sender, result, storedTickets(evidence))
  return { findings, verdict: judgeRun(result, copies, evidence, findings, unfinished, lagging) }
}
