import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { faultClientAt } from '../../scenarios/runner/context/fault-client.ts'
import { mailIdsSentTo } from '../../scenarios/runner/context/mail-sink.ts'
import { invokeNow } from '../../scenarios/runner/context/state-machines.ts'
import { parseSaga } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { runCommand } from '../fixtures/run-node.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { caller } from './running-stack.ts'

const address = 'bob@held.example.com'
const pollOptions = { timeout: 90_000, interval: 500 }

/** Tests that kill a stack with work under way, and start it again with everything held. */
export function testStartHeld(): void {
  describe('a stack that starts with everything held, on the data of one that was killed', () => {
    let stack: TemporaryStack
    beforeAll(async () => {
      stack = await startTemporaryStack()
    }, 150_000)
    afterAll(() => stack?.stop())

    const sagasOfBob = async () =>
      (await scanAll(stack.store, 'Sagas')).map(parseSaga).filter(({ recipient }) => recipient === 'bob')
    const hold = (...args: string[]) => runCommand('hold', [...args, '--data', stack.dataDir])
    const reconcile = () => invokeNow(stack, stack.outputs.ReconcileSagasFunction)

    it('calls nobody until it is released, and then each saga goes on and sends its mail once', {
      timeout: 300_000,
    }, async () => {
      const admin = caller(stack, 'held', 'root', 'admin')
      const agent = caller(stack, 'held', 'ada', 'agent')
      await admin.send('POST', '/users', { id: 'bob', role: 'customer', email: address })
      const bob = caller(stack, 'held', 'bob', 'customer')
      const { body: ticket } = await bob.send('POST', '/tickets', { title: 'Are you there?', body: 'Hello?' })
      const comment = (body: string) => agent.send('POST', `/tickets/${ticket.id}/comments`, { body })
      await faultClientAt(String(stack.edgeUrl)).set({
        name: 'mail-down',
        at: 'call',
        where: { service: 'ses', operation: 'SendRawEmail' },
        fault: { do: 'refuse', error: 'ServiceUnavailable', status: 503 },
      })
      await comment('One.')
      await comment('Two.')
      const triedInVain = async () =>
        (await sagasOfBob()).filter(({ timeline }) => timeline.some(({ step }) => step === 'mail')).length
      await expect.poll(triedInVain, pollOptions).toBe(2)

      await stack.kill()
      await stack.startAgain(['--held', 'After the incident.'])
      await comment('Three.')
      const waiting = async () => (await sagasOfBob()).filter(({ held }) => held?.dependency === 'mail').length
      await expect.poll(waiting, pollOptions).toBe(3)
      expect(await mailIdsSentTo(stack, address)).toEqual([])
      const { body: holds } = await admin.get('/holds')
      expect(holds).toMatchObject({ items: [], everything: { reason: 'After the incident.' } })
      expect((await hold('status')).stdout).toContain('(After the incident.)')
      expect((await hold('everything', '--reason', 'Once more.')).stdout).toContain('held already')

      // Who holds one dependency of one tenant and releases that lets nobody go.
      expect((await admin.send('PUT', '/holds/mail', {})).status).toBe(201)
      expect((await admin.send('DELETE', '/holds/mail')).status).toBe(200)
      await reconcile()
      expect(await waiting()).toBe(3)
      expect(await mailIdsSentTo(stack, address)).toEqual([])

      expect(await hold('release')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('everything is released'),
      })
      expect(await hold('release')).toMatchObject({ code: 1, stderr: expect.stringContaining('released already') })
      const ended = async () => {
        await reconcile()
        return (await sagasOfBob()).map(({ state }) => state)
      }
      await expect.poll(ended, pollOptions).toEqual(['completed', 'completed', 'completed'])
      const mails = await mailIdsSentTo(stack, address)
      expect([mails.length, new Set(mails).size]).toEqual([3, 3])
      await expectEveryInvariant(stack)
      await expectKnownRows(stack)
    })
  })
}
