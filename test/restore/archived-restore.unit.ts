import { describe, expect, it } from 'vitest'
import { archiveTicket, restoreTicket } from '../../app/archive/archive-ticket.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { admin, agent, customer } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { type Call, type Fault, FaultyStore } from '../relay/faults.ts'
import { RestoredSystem } from './restored-system.ts'

/** What happens to the ticket, in this order. Each table can be restored to the moment after any of it. */
const deeds = [
  'closed',
  'archived',
  'put back',
  'archived again',
  'reopened',
  'closed again',
  'archived whole',
] as const
type Deed = (typeof deeds)[number]

const pairs = deeds.flatMap((tickets, index) => deeds.slice(index).map((events) => [tickets, events] as const))

/** A repair that is killed leaves a part of its writes. */
function crashAtSecondWrite() {
  let writes = 0
  return ({ method }: Call): Fault => (method === 'write' && ++writes > 1 ? 'crash-before' : 'none')
}

/** A system in which all of it has happened, and how many commits there were after each deed. */
async function afterEveryDeed() {
  const system = new RestoredSystem(1)
  const { api, past: store, runtime, archives: objects } = system
  const deps = { store, runtime, objects, consumers: orderedConsumers(store, runtime) }
  await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email: 'carla@example.com' } })
  const ticketId = await api.openTicket(customer)
  const params = { ticketId }
  await api.call(agent, addComment, { params, body: { body: 'On its way.' } })
  const change = (to: string) => api.call(agent, changeStatus, { params, body: { to, reason: `to ${to}` } })
  const close = async () => {
    for (const to of ['resolved', 'closed']) await change(to)
  }
  const archive = async () => {
    runtime.advance(3_600_000)
    const quietSince = new Date(runtime.now() - 60_000).toISOString()
    expect(await archiveTicket(deps, { tenant: 'acme', ticketId }, quietSince)).toEqual({ status: 'archived' })
  }
  const does: Record<Deed, () => Promise<unknown>> = {
    closed: close,
    archived: archive,
    'put back': () => restoreTicket(deps, { tenant: 'acme', ticketId }),
    'archived again': archive,
    reopened: () => change('open'),
    'closed again': close,
    'archived whole': archive,
  }
  const commitsAfter = new Map<Deed, number>()
  for (const deed of deeds) {
    await does[deed]()
    await system.settle()
    commitsAfter.set(deed, store.commits.length)
    runtime.advance(60_000)
  }
  return { system, commitsAfter }
}

describe('a ticket whose events were archived and put back', () => {
  it.each(pairs)(
    'is whole after a restore of Tickets to where it was %s, and of Events to where it was %s',
    async (tickets, events) => {
      const { system, commitsAfter } = await afterEveryDeed()
      const { store, point } = await system.restoreTo(
        (table) => commitsAfter.get(table === 'Events' ? events : tickets) ?? 0,
      )
      await system.repair(new FaultyStore(store, crashAtSecondWrite()), point).catch(() => {})
      const repaired = await system.repair(store, point)
      const isArchived = (await allRows(store, 'Tickets')).some(
        ({ sk, restoredAt }) => sk === 'ARCHIVE' && restoredAt === undefined,
      )
      expect(isArchived).toBe(
        ['archived', 'archived again', 'reopened', 'closed again', 'archived whole'].includes(tickets),
      )
      await system.resume(store, repaired)
      expect(await system.broken(store)).toEqual([])
    },
  )

  const archivedThen = async () => {
    const { system, commitsAfter } = await afterEveryDeed()
    const { store, point } = await system.restoreTo(() => commitsAfter.get('archived again') ?? 0)
    return { system, store, point, before: await dumpStore(store) }
  }

  it('is not restored without its archive: the refusal names the object, and nothing is written', async () => {
    const { system, store, point, before } = await archivedThen()
    const [key = ''] = system.archives.keys()
    await system.archives.delete(key)
    await expect(system.repair(store, point)).rejects.toThrow(`the archive ${key} is missing`)
    expect(await dumpStore(store)).toEqual(before)
  })

  it('is not restored with an archive that was changed', async () => {
    const { system, store, point, before } = await archivedThen()
    const [key = ''] = system.archives.keys()
    system.archives.replace(key, Buffer.from('{"format":1}'))
    await expect(system.repair(store, point)).rejects.toThrow('is not what was archived')
    expect(await dumpStore(store)).toEqual(before)
  })
})
