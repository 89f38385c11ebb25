import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { signToken } from '../../localstack/embedded/token-keys.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { readMails } from '../../proof/check/mail-log.ts'
import { report, runCheck } from '../../proof/check/run-check.ts'
import type { Conversation } from '../../proof/load/conversation.ts'
import { playConversation } from '../../proof/load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../../proof/load/run-load.ts'
import { settledSagas } from '../../proof/load/settle.ts'
import { judgeRun, type Verdict } from '../../proof/load/verdict.ts'
import type { Target } from '../../proof/target.ts'

/** Plays conversations against a target, eight at once, every request in `copies`. */
export function play(
  { apiUrl, dataDir }: Target,
  conversations: readonly Conversation[],
  { copies, onProgress = () => {} }: { copies: number; onProgress?: LoadOptions['onProgress'] },
): Promise<LoadRun> {
  const chains = conversations.map((conversation, index) => playConversation('run', conversation, index))
  const tokenFor = ({ tenant, user, role }: { tenant: string; user: string; role: string }) =>
    signToken(dataDir, { tenant, user, role })
  return runLoad({ apiUrl, tokenFor }, chains, { copies, arrivals: { atOnce: 8 }, onProgress })
}

/** Waits until all is at rest, asks for every invariant, and judges the run by what is stored. */
export async function verdictOf({ store, edgeUrl }: Target, run: LoadRun, copies: number): Promise<Verdict> {
  const unfinished = await settledSagas(store)
  const attempts = run.played.flatMap((played) => played.attempts)
  const gather = async () => gatherEvidence(store, Date.now(), attempts, await readMails(edgeUrl))
  const findings = await runCheck(gather, { graceMs: 500, rounds: 40, sleep: setTimeout })
  expect(
    findings.filter(({ violations }) => violations.length > 0),
    report(findings),
  ).toEqual([])
  return judgeRun(run, copies, await gather(), findings, unfinished)
}
