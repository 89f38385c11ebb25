import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtime } from '../../app/environment.ts'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { digestEvents } from '../../functions/reconcile-consumers/digest-events.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { scanAll } from '../../proof/scan.ts'
import { clientConfig } from '../../proof/target.ts'
import { confirmEvent, parseUnconfirmed } from '../../tables/unconfirmed.ts'
import { commandsFor } from '../targets/commands.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { caller, type Reply } from './running-stack.ts'

const tickets = 12

describe('closed tickets on a whole stack', () => {
  let stack: TemporaryStack
  const ids: string[] = []
  const agent = () => caller(stack, 'acme', 'agnes', 'agent')
  const change = (id: string, to: string) => agent().send('POST', `/tickets/${id}/transitions`, { to, reason: 'Done.' })
  const answers = async (id: string) => {
    const paths = [
      `/tickets/${id}`,
      `/tickets/${id}/events?limit=2`,
      `/tickets/${id}/events`,
      `/tickets/${id}/comments`,
    ]
    const replies: Reply[] = await Promise.all(paths.map((path) => agent().get(path)))
    return replies.map(({ status, headers, text }) => [status, headers.get('etag'), text])
  }
  const hotEvents = async () =>
    (await scanAll(stack.store, 'Events')).filter(({ pk }) => ids.some((id) => pk === `TENANT#acme#TICKET#${id}`))

  beforeAll(async () => {
    stack = await startTemporaryStack()
    for (let ticket = 0; ticket < tickets; ticket++) {
      const { body } = await agent().send('POST', '/tickets', { title: `Ticket ${ticket}`, body: 'It burns.' })
      ids.push(body.id)
      for (const to of ['resolved', 'closed']) expect((await change(body.id, to)).status).toBe(200)
    }
    await expectEveryInvariant(stack)
    await confirmAll(stack)
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('are archived beside a reopening by runs that are killed, answer as before, and come back', async () => {
    const before = new Map(await Promise.all(ids.map(async (id) => [id, await answers(id)] as const)))
    const closedBefore = new Date().toISOString()
    const { run } = commandsFor(stack.dataDir)
    // A kill at a moment of its own in each run, then two runs at once beside a change.
    for (const afterMs of [900, 1_100, 1_300]) await killedRun(stack.dataDir, closedBefore, afterMs)
    const [reopened = ''] = ids.slice(-1)
    await Promise.all([
      run('archive', '--closed-before', closedBefore),
      run('archive', '--closed-before', closedBefore),
      change(reopened, 'open'),
    ])
    const others = ids.slice(0, -1)
    for (const id of others) expect(await answers(id)).toEqual(before.get(id))
    expect((await agent().get(`/tickets/${reopened}/events`)).body.items).toHaveLength(4)
    expect((await hotEvents()).filter(({ pk }) => !String(pk).endsWith(reopened))).toEqual([])
    await expectEveryInvariant(stack)
    await expectKnownRows(stack)

    await run('archive', '--restore-ticket', others[0] ?? '')
    await run('archive', '--restore-all')
    expect(await hotEvents()).toHaveLength(3 * tickets + 1)
    for (const id of others) expect(await answers(id)).toEqual(before.get(id))
    await expectEveryInvariant(stack)
  }, 120_000)
})

/** What reconcile-consumers does a quarter of an hour after an event. */
async function confirmAll({ store, outputs, edgeUrl }: TemporaryStack): Promise<void> {
  const digests = new S3ObjectStore(outputs.DigestsBucket ?? '', clientConfig(edgeUrl))
  const unconfirmed = (await scanAll(store, 'Unconfirmed')).map(parseUnconfirmed)
  await digestEvents({ runtime, digests }, unconfirmed)
  for (const event of unconfirmed) await store.write(confirmEvent(event))
}

async function killedRun(dataDir: string, closedBefore: string, afterMs: number): Promise<void> {
  const args = ['commands/run.mjs', 'archive', '--closed-before', closedBefore, '--data', dataDir]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  await runtime.sleep(afterMs)
  child.kill('SIGKILL')
  await ended
}
