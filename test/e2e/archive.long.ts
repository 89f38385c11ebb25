import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { archiveTicket } from '../../app/archive/archive-ticket.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { runtime } from '../../app/environment.ts'
import { isDelivered, repairTables, resumeDelivery } from '../../app/restore/repair.ts'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { digestEvents } from '../../functions/reconcile-consumers/digest-events.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { putIntoService, stopWhatGoesOn, takeOutOfService } from '../../proof/drill/service.ts'
import {
  backUpTables,
  copyIntoService,
  emptyTables,
  restoreTables,
  tablesBesideTickets,
} from '../../proof/drill/tables.ts'
import { clientConfig } from '../../proof/target.ts'
import { invokeNow } from '../../scenarios/runner/context/state-machines.ts'
import { scanAll } from '../../tables/scan-rows.ts'
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

  const hotEventsOf = async (...some: string[]) =>
    (await hotEvents()).filter(({ pk }) => some.some((id) => String(pk).endsWith(id))).length

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

  it('are whole after a restore of tables from before and after they were archived', async () => {
    const target = { ...stack, edgeUrl: String(stack.edgeUrl) }
    await confirmAll(stack)
    const before = new Map(await Promise.all(ids.map(async (id) => [id, await answers(id)] as const)))
    const quietSince = new Date().toISOString()
    const [first = '', second = ''] = ids
    await archiveOne(stack, first, quietSince)
    const tickets = await backUpTables(target, async () => {}, ['Tickets'])
    await archiveOne(stack, second, quietSince)
    const others = await backUpTables(target, async () => {}, tablesBesideTickets)
    expect(await hotEventsOf(first, second)).toBe(0)

    await takeOutOfService(target.edgeUrl)
    const restored = await restoreTables(target, [...tickets, ...others])
    const restoredTo = new Date(tickets[0]?.atMs ?? 0).toISOString()
    const repaired = await repairTables(restored, { restoredTo, lostFrom: new Date().toISOString(), sentIds: [] })
    await stopWhatGoesOn(target.edgeUrl)
    await emptyTables(stack.store)
    await copyIntoService(target, restored.store)
    await putIntoService(target.edgeUrl)
    const run = await resumeDelivery({ store: stack.store, runtime }, repaired)
    while (!(await isDelivered(stack.store, repaired))) await invokeNow(stack, stack.outputs.ReconcileConsumersFunction)
    await run.end()

    // The restored ticket says where its events are: the first was archived by then, the second was not.
    expect([await hotEventsOf(first), await hotEventsOf(second)]).toEqual([0, 3])
    for (const id of ids) expect(await answers(id)).toEqual(before.get(id))
    expect((await change(first, 'open')).status).toBe(200)
    await expectEveryInvariant(stack)
  }, 120_000)
})

async function archiveOne({ archive, store }: TemporaryStack, ticketId: string, quietSince: string): Promise<void> {
  if (!archive) throw new Error('the stack has no archive')
  const { tables, objects } = archive
  const deps = { store: tables, objects, runtime, consumers: orderedConsumers(store, runtime) }
  expect(await archiveTicket(deps, { tenant: 'acme', ticketId }, quietSince)).toEqual({ status: 'archived' })
}

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
