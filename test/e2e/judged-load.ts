import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { gatherAll } from '../../proof/check/gather.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import { conversationSession } from '../../proof/load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../../proof/load/run-load.ts'
import { judgeRun, type Verdict } from '../../proof/load/verdict.ts'
import { stallMsDefault, waitForSagas } from '../../proof/load/wait-for-sagas.ts'
import type { Target } from '../../proof/target.ts'
import { expectEveryInvariant } from './every-invariant.ts'

/** Sends conversations to a target, eight at once by default, every request in `copies`. Each `run` has users and keys of its own. */
export function sendConversations(
  { apiUrl, dataDir }: Target,
  conversations: readonly Conversation[],
  {
    copies,
    run = 'run',
    arrivals = { concurrency: 8 },
    onProgress = () => {},
  }: { copies: number; run?: string } & Partial<Pick<LoadOptions, 'arrivals' | 'onProgress'>>,
): Promise<LoadRun> {
  const sessions = conversations.map((conversation, index) => conversationSession(run, conversation, index))
  const tokenFor = ({ tenant, user, role }: { tenant: string; user: string; role: string }) =>
    signToken(dataDir, { tenant, user, role })
  return runLoad({ apiUrl, tokenFor }, sessions, { copies, arrivals, onProgress })
}

/** Waits until every saga of the run has ended, for `stallMs` without progress, expects every invariant to hold, and judges the run by the stored data. */
export async function expectVerdict(
  target: Target,
  run: LoadRun,
  copies: number,
  stallMs = stallMsDefault,
): Promise<Verdict> {
  const unfinished = await waitForSagas(target.store, run, stallMs)
  const attempts = run.results.flatMap(({ attempts }) => attempts)
  const findings = await expectEveryInvariant(target, attempts)
  return judgeRun(run, copies, await gatherAll(target, attempts), findings, unfinished)
}
