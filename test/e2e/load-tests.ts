import { afterEach, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
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
      it('take effect once each', async () => {
        stack = await startTemporaryStack()
        const run = await sendConversations(stack, conversations(calm), { copies })
        expect(run.results.some(({ attempts }) => attempts.some(({ replayed }) => replayed))).toBe(true)
        expect(await expectVerdict(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
        await expectKnownRows(stack)
        expect(await compensatedSagas(stack)).toBeGreaterThan(0)
      }, 300_000)

    it('take effect once each when the stack is killed halfway and restarted while clients retry', async () => {
      stack = await startTemporaryStack()
      let restarted: Promise<void> | undefined
      const run = await sendConversations(stack, conversations(killed), {
        copies,
        onProgress({ requestsDone, requestsPlanned }) {
          if (!restarted && requestsDone > requestsPlanned / 2) restarted = stack.kill().then(() => stack.startAgain())
        },
      })
      await restarted
      expect(run.results.flatMap(({ attempts }) => attempts).some(({ outcome }) => outcome === 'lost')).toBe(true)
      expect(await expectVerdict(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
      await expectKnownRows(stack)
    }, 400_000)
  })
}

async function compensatedSagas({ store }: TemporaryStack): Promise<number> {
  const { rows } = await gatherEvidence(store, Date.now())
  return rows.Sagas.filter(({ state }) => state === 'compensated').length
}
