import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import { storedTickets, untilListed } from '../../proof/load/final-lists.ts'
import { conversationSession } from '../../proof/load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../../proof/load/run-load.ts'
import type { Caller } from '../../proof/load/send.ts'
import { judgeRun, type Verdict } from '../../proof/load/verdict.ts'
import { viewReadsOf } from '../../proof/load/view-promises.ts'
import { stallMsDefault, waitForSagas } from '../../proof/load/wait-for-sagas.ts'
import type { Target } from '../../proof/target.ts'
import { seed } from '../fixtures/sample.ts'
import { expectEveryInvariant } from './every-invariant.ts'

/**
 * Sends conversations to a target, eight at once by default, every request in `copies`, and reads what they are about. Each `run`
 * has users and keys of its own.
 */
export function sendConversations(
  { apiUrl, dataDir }: Target,
  conversations: readonly Conversation[],
  {
    copies,
    run = 'run',
    arrivals = { concurrency: 8 },
    readShare = 0.2,
    onProgress = () => {},
  }: { copies: number; run?: string; readShare?: number } & Partial<Pick<LoadOptions, 'arrivals' | 'onProgress'>>,
): Promise<LoadRun> {
  const sessions = conversations.map((conversation, index) => conversationSession(run, conversation, index))
  const reads = { share: readShare, seed }
  return runLoad(senderAt({ apiUrl, dataDir }), sessions, { copies, arrivals, reads, onProgress })
}

function senderAt({ apiUrl, dataDir }: Pick<Target, 'apiUrl' | 'dataDir'>) {
  const tokenFor = ({ tenant, user, role }: Caller) => signToken(dataDir, { tenant, user, role })
  return { apiUrl, tokenFor }
}

/**
 * Waits until every saga of the run has ended, for `stallMs` without progress, expects every invariant to hold, and
 * judges the run by the stored data.
 */
export async function expectVerdict(
  target: Target,
  run: LoadRun,
  copies: number,
  stallMs = stallMsDefault,
): Promise<Verdict> {
  const unfinished = await waitForSagas(target.store, run, stallMs)
  const attempts = run.results.flatMap(({ attempts }) => attempts)
  const findings = await expectEveryInvariant(target, attempts, viewReadsOf(run.reads))
  const evidence = await gatherAll(target, attempts)
  const lagging = await untilListed(senderAt(target), run, storedTickets(evidence))
  return judgeRun(run, copies, evidence, findings, unfinished, lagging)
}
