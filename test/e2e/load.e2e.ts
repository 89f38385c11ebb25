import { afterEach, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { conversations } from '../fixtures/conversations.ts'
import { play, verdictOf } from './judged-load.ts'

const copies = 3

describe('conversations played with every request in three copies', () => {
  let stack: TemporaryStack
  afterEach(async () => {
    await stack.stop()
  })

  it('take effect once each', async () => {
    stack = await startTemporaryStack()
    const run = await play(stack, conversations(12), { copies })
    expect(run.results.some(({ attempts }) => attempts.some(({ replayed }) => replayed))).toBe(true)
    expect(await verdictOf(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
    expect(await compensated(stack)).toBeGreaterThan(0)
  }, 180_000)

  it('take effect once each when the stack is killed half way and started again while clients retry', async () => {
    stack = await startTemporaryStack()
    let restarted: Promise<void> | undefined
    const run = await play(stack, conversations(20), {
      copies,
      onProgress({ requestsDone, requestsPlanned }) {
        if (!restarted && requestsDone > requestsPlanned / 2) restarted = stack.kill().then(() => stack.startAgain())
      },
    })
    await restarted
    expect(run.results.flatMap(({ attempts }) => attempts).some(({ outcome }) => outcome === 'lost')).toBe(true)
    expect(await verdictOf(stack, run, copies)).toMatchObject({ ok: true, effects: run.results.length })
  }, 240_000)
})

async function compensated({ store }: TemporaryStack): Promise<number> {
  const { rows } = await gatherEvidence(store, Date.now())
  return rows.Sagas.filter(({ state }) => state === 'compensated').length
}
