import { expect, it } from 'vitest'
import { restoreTickets, surveyArchive } from '../../app/archive/archive-tickets.ts'
import { archiverAccess } from '../../app/archive/archiver-access.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { tenantOfTicket } from '../../proof/replay/find-ticket.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Write } from '../../tables/store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'
import { ArchivedSystem } from './archived-system.ts'

const ofWrite = { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem', check: 'ConditionCheckItem' } as const

function actionsOf(call: StoreCall): string[] {
  const written = ({ kind, table }: Write) => `${table} ${ofWrite[kind]}`
  switch (call.method) {
    case 'get':
      return [`${call.args[0].table} GetItem`]
    case 'write':
      return [written(call.args[0])]
    case 'transactWrite':
      return call.args[0].map(written)
    case 'transactRead':
      return call.args[0].map(({ table }) => `${table} GetItem`)
    case 'batchRead':
      return call.args[0].map(({ table }) => `${table} BatchGetItem`)
    default: {
      const { table, index } = call.args[0]
      return [`${table} ${call.method === 'scan' ? 'Scan' : 'Query'}${index === undefined ? '' : ` ${index}`}`]
    }
  }
}

it('the policy of an operator allows exactly what archiving and putting back do', async () => {
  const system = await ArchivedSystem.create()
  // Of another ticket, on its way: it is among what the ledger says of the run.
  const [event] = (await allRows(system.tables, 'Events')).filter(({ pk }) => String(pk).endsWith(system.openId))
  await system.tables.write(putUnconfirmed(parseEvent(event ?? {}), system.quietSince))
  const done = new Set<string>()
  const store = interceptStore(system.tables, (call, proceed) => {
    for (const action of actionsOf(call)) done.add(action)
    return proceed()
  })
  const deps = { ...system.deps({ store }), consumers: orderedConsumers(store, system.runtime) }
  await surveyArchive(deps, system.quietSince)
  expect(await system.run(deps)).toMatchObject({ archived: 1 })
  expect(await tenantOfTicket(store, system.ticketId)).toBe('acme')
  expect(await restoreTickets(deps)).toMatchObject({ handled: 1, failed: 0 })
  const allowed = Object.entries(archiverAccess).flatMap(([table, actions]) =>
    actions.map((action) => `${table} ${action}`),
  )
  expect([...done].toSorted()).toEqual(allowed.toSorted())
})
