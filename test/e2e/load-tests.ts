import { afterEach, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import type { LoadRun } from '../../proof/load/run-load.ts'
import { conversations } from '../fixtures/conversations.ts'
import { expectKnownRows } from './every-invariant.ts'
import { expectVerdict, sendConversations } from './judged-load.ts'

const copies = 3

/** Tests that send so many conversations to a stack of their own: `calm` without a fault, `killed` with a kill halfway. */
export function testLoad({ calm, killed }: { calm?: number; killed: number }): void {
  describe('conversations sent with every request in three copies', () => {
    let stack: TemporaryStack
    afterEach(async () => {
      await stack.stop()
    })

    if (calm !== undefined)
      it('take effect once each', { timeout: 300_000 }, async ({ task }) => {
        stack = await startTemporaryStack()
        const run = await sendConversations(stack, conversations(calm), { copies })
        expect(countsOf(run).replays).toBeGreaterThan(0)
        expect(await expectVerdict(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
        await expectKnownRows(stack)
        const compensated = await compensatedSagas(stack)
        expect(compensated).toBeGreaterThan(0)
        task.meta.counts = { ...countsOf(run), 'sagas compensated': compensated }
      })

    const title = 'take effect once each when the stack is killed halfway and restarted while clients retry'
    it(title, { timeout: 400_000 }, async ({ task }) => {
      stack = await startTemporaryStack()
      let restarted: Promise<void> | undefined
      const run = await sendConversations(stack, conversations(killed), {
        copies,
        onProgress({ requestsDone, requestsPlanned }) {
          if (!restarted && requestsDone > requestsPlanned / 2) restarted = stack.kill().then(() => stack.startAgain())
        },
      })
      await restarted
      const counts = countsOf(run)
      expect(counts['answers lost']).toBeGreaterThan(0)
      expect(counts.replays).toBeGreaterThan(0)
      expect(await expectVerdict(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
      await expectKnownRows(stack)
      task.meta.counts = counts
    })
  })
}

function countsOf({ attempts: requests, results, reads }: LoadRun) {
  const attempts = results.flatMap((result) => result.attempts)
  const replays = attempts.filter(({ replayed }) => replayed).length
  return {
    requests,
    replays,
    'answers lost': attempts.filter(({ outcome }) => outcome === 'lost').length,
    reads: reads.length,
  }
}

async function compensatedSagas({ store }: TemporaryStack): Promise<number> {
  const { rows } = await gatherEvidence(store, Date.now())
  return rows.Sagas.filter(({ state }) => state === 'compensated').length
}
