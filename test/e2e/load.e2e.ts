import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { signToken } from '../../localstack/embedded/token-keys.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { report, runCheck } from '../../proof/check/run-check.ts'
import { playConversation } from '../../proof/load/plan.ts'
import { type LoadOptions, type LoadRun, runLoad } from '../../proof/load/run-load.ts'
import { settledSagas } from '../../proof/load/settle.ts'
import { judgeRun, type Verdict } from '../../proof/load/verdict.ts'
import { conversations } from '../fixtures/conversations.ts'
import { type RunningStack, startStack } from './running-stack.ts'

const copies = 3

describe('conversations played with every request in three copies', () => {
  let stack: RunningStack
  afterEach(async () => {
    await stack.stop()
  })

  it('take effect once each', async () => {
    stack = await startStack()
    const run = await play(stack, 12, () => {})
    expect(run.played.some(({ attempts }) => attempts.some(({ replayed }) => replayed))).toBe(true)
    expect(await verdictOf(stack, run)).toMatchObject({ ok: true, effects: run.played.length })
    expect(await compensated(stack)).toBeGreaterThan(0)
  }, 180_000)

  it('take effect once each when the stack is killed half way and started again while clients retry', async () => {
    stack = await startStack()
    let restarted: Promise<void> | undefined
    const run = await play(stack, 20, ({ requestsDone, requestsPlanned }) => {
      if (!restarted && requestsDone > requestsPlanned / 2) restarted = stack.kill().then(() => stack.startAgain())
    })
    await restarted
    expect(run.played.flatMap(({ attempts }) => attempts).some(({ outcome }) => outcome === 'lost')).toBe(true)
    expect(await verdictOf(stack, run)).toMatchObject({ ok: true, effects: run.played.length })
  }, 240_000)
})

function play(
  { apiUrl, dataDir }: RunningStack,
  count: number,
  onProgress: LoadOptions['onProgress'],
): Promise<LoadRun> {
  const chains = conversations(count).map((conversation, index) => playConversation('run', conversation, index))
  const tokenFor = ({ tenant, user, role }: { tenant: string; user: string; role: string }) =>
    signToken(dataDir, { tenant, user, role })
  return runLoad({ apiUrl, tokenFor }, chains, { copies, arrivals: { atOnce: 8 }, onProgress })
}

async function verdictOf({ store }: RunningStack, run: LoadRun): Promise<Verdict> {
  const unfinished = await settledSagas(store)
  const attempts = run.played.flatMap((played) => played.attempts)
  const gather = () => gatherEvidence(store, Date.now(), attempts)
  const findings = await runCheck(gather, { graceMs: 500, rounds: 40, sleep: setTimeout })
  expect(
    findings.filter(({ violations }) => violations.length > 0),
    report(findings),
  ).toEqual([])
  return judgeRun(run, copies, await gather(), findings, unfinished)
}

async function compensated({ store }: RunningStack): Promise<number> {
  const { rows } = await gatherEvidence(store, Date.now())
  return rows.Sagas.filter(({ state }) => state === 'compensated').length
}
