import { catchUp } from '../../app/consume/catch-up.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { noopObserver } from '../../app/observer.ts'
import { ticketEventTypes } from '../../domain/event.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { parseOutboxEvent, removeFromOutbox, wholeOutbox } from '../../tables/outbox.ts'
import type { Key, Row, TableName, Write } from '../../tables/store.ts'
import { isSuccess } from '../load/attempt.ts'
import { Draws } from './draws.ts'
import { Faults } from './faults.ts'
import { addresses, people } from './people.ts'
import { type SimulatedRequest, sendOnce } from './requests.ts'
import { Simulation, simulationStartMs } from './simulation.ts'
import type { Swarm } from './swarm.ts'
import { webhookUrls } from './webhook-endpoints.ts'

type Inhabitants = Pick<Swarm, 'tenants' | 'webhooks'>

/** The rows of every system in the beginning, as puts: the users and webhooks of its tenants, and read models that know them. */
export async function initialRows({ tenants, webhooks }: Inhabitants): Promise<readonly Write[]> {
  const name = [...tenants, ...webhooks].join(' ')
  const known = prepared.get(name) ?? prepare({ tenants, webhooks })
  prepared.set(name, known)
  return known
}

const prepared = new Map<string, Promise<readonly Write[]>>()

async function prepare({ tenants, webhooks }: Inhabitants): Promise<Write[]> {
  const store = new MemoryStore()
  const faults = new Faults({ faults: 'listed', list: [] })
  const startMs = simulationStartMs - 7_200_000
  const simulation = new Simulation({ draws: new Draws(0), faults, latencyMsMax: 1, clockErrorMsMax: 0, startMs })
  for (const tenant of tenants)
    for (const request of requestsFor(tenant, webhooks)) {
      const name = `set up ${request.key} of ${tenant}`
      const attempt = await simulation.untilEnded(sendOnce({ simulation, storeOf: () => store }, name, request, 0))
      if (!isSuccess(attempt)) throw new Error(`${name}: ${attempt.answer}`)
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

function requestsFor(tenant: string, webhooks: Inhabitants['webhooks']): SimulatedRequest[] {
  const by = { tenant, actor: people.ada }
  return [
    ...Object.entries(addresses).map(([id, email]) => {
      const { role } = people[id as keyof typeof people]
      return { by, endpoint: createUser, key: id, body: { id, role, email } }
    }),
    ...webhooks.map((name) => {
      const body = { url: webhookUrls[name], events: ticketEventTypes }
      return { by, endpoint: putWebhook, key: name, params: { name }, body }
    }),
  ]
}
