import { catchUp } from '../../app/consume/catch-up.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { noopObserver } from '../../app/observer.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { parseOutboxEvent, removeFromOutbox, wholeOutbox } from '../../tables/outbox.ts'
import type { Key, Row, TableName, Write } from '../../tables/store.ts'
import { isSuccess } from '../load/attempt.ts'
import { Draws } from './draws.ts'
import { Faults } from './faults.ts'
import { addresses, people } from './people.ts'
import { sendOnce } from './requests.ts'
import { Simulation, simulationStartMs } from './simulation.ts'

/** What every world has in the beginning: the users of its tenants, and read models that know them. As puts of rows. */
export async function initialRows(tenants: readonly string[]): Promise<readonly Write[]> {
  const name = tenants.join(' ')
  const known = prepared.get(name) ?? prepare(tenants)
  prepared.set(name, known)
  return known
}

const prepared = new Map<string, Promise<readonly Write[]>>()

async function prepare(tenants: readonly string[]): Promise<Write[]> {
  const store = new MemoryStore()
  const faults = new Faults({ faults: 'listed', list: [] })
  const startMs = simulationStartMs - 7_200_000
  const simulation = new Simulation({ draws: new Draws(0), faults, latencyMsMax: 1, clockErrorMsMax: 0, startMs })
  for (const tenant of tenants)
    for (const [id, email] of Object.entries(addresses)) {
      const { role } = people[id as keyof typeof people]
      const request = { by: { tenant, actor: people.ada }, endpoint: createUser, key: id, body: { id, role, email } }
      const attempt = await simulation.untilEnded(
        sendOnce({ simulation, storeOf: () => store }, `set up ${id} of ${tenant}`, request, 0),
      )
      if (!isSuccess(attempt)) throw new Error(`the user ${id} could not be created: ${attempt.answer}`)
    }
  const runtime = simulation.runtimeOf('set up')
  for (const row of (await store.scan(wholeOutbox)).rows) {
    const event = parseOutboxEvent(row)
    for (const consumer of orderedConsumers(store, runtime))
      await catchUp({ store, runtime, observer: noopObserver }, consumer, event, event.seq, runtime.now() + 60_000)
    await store.write(removeFromOutbox(event))
  }
  const writes: Write[] = []
  for (const table of Object.keys(tableShapes) as TableName[])
    for (const row of (await store.scan({ table })).rows) writes.push({ kind: 'put', table, row: row as Row & Key })
  return writes
}
