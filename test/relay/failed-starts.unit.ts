import { beforeEach, describe, expect, it } from 'vitest'
import { poisonFromReceive } from '../../app/consume/poison.ts'
import { failedStarts } from '../../app/consumers/failed-starts.ts'
import { noopObserver } from '../../app/observer.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { redriveBlocked } from '../../functions/redrive-blocked/redrive-blocked.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { parseEvent } from '../../tables/events.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { eventBatch } from './fixtures.ts'

let api: Api
let machines: MemoryStateMachines
let isDown: boolean

beforeEach(async () => {
  api = new Api()
  machines = new MemoryStateMachines()
  isDown = true
  for (const title of ['One', 'Another']) {
    const params = { ticketId: await api.openTicket(customer, title) }
    await api.call(agent, addComment, { params, body: { body: 'On its way.' } })
  }
})

function deps() {
  const start: MemoryStateMachines['start'] = async (execution) => {
    if (isDown) throw new Error('Step Functions does not answer')
    return machines.start(execution)
  }
  return {
    store: api.store,
    runtime: api.runtime,
    machines: Object.assign(Object.create(machines), { start }) as MemoryStateMachines,
    machineArns: { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' },
    observer: noopObserver,
  }
}

async function events(type: string) {
  return (await allRows(api.store, 'Events')).map(parseEvent).filter((event) => event.type === type)
}

async function deliver(type: string, receiveCount: number): Promise<number> {
  const batch = eventBatch(await events(type), receiveCount)
  return (await startSagas(deps(), batch, api.runtime.now() + 8_000)).batchItemFailures.length
}

const list = async (person = admin) => (await api.call(person, listBlockedAggregates)).json.items
const redrive = (id: unknown, person = admin) => api.call(person, redriveBlocked, { params: { blockedId: String(id) } })
const started = () => new Set(machines.started.map(({ name }) => name)).size

describe('an event whose sagas cannot be started', () => {
  it('is listed before its message becomes a dead letter, for its tenant, and stays to be delivered again', async () => {
    expect(await deliver('ticket.comment_added', poisonFromReceive - 1)).toBe(2)
    expect(await list()).toEqual([])
    expect(await deliver('ticket.comment_added', poisonFromReceive)).toBe(2)
    expect(await deliver('ticket.comment_added', poisonFromReceive + 1)).toBe(2)
    expect(await list()).toMatchObject([
      { consumer: 'start-saga', blockedAt: 2, highestSeen: 2 },
      { consumer: 'start-saga', blockedAt: 2, highestSeen: 2 },
    ])
    expect(await list(stranger)).toEqual([])
    expect((await redrive((await list())[0]?.id, stranger)).status).toBe(404)
  })

  it('is handled by a redrive, once, however often that is asked for and delivered', async () => {
    await deliver('ticket.comment_added', poisonFromReceive)
    isDown = false
    const [one] = await list()
    expect((await redrive(one?.id)).status).toBe(200)
    expect((await redrive(one?.id)).status).toBe(200)
    await Promise.all([deliver('redrive.requested', 1), deliver('redrive.requested', 1)])
    expect(started()).toBe(1)
    expect(await list()).toHaveLength(1)
    expect((await redrive(one?.id)).status).toBe(409)
  })

  it('stays listed after a redrive that fails, and is tried again by reconciliation', async () => {
    await deliver('ticket.comment_added', poisonFromReceive)
    await redrive((await list())[0]?.id)
    expect(await deliver('redrive.requested', 1)).toBe(0)
    expect(await list()).toHaveLength(2)
    isDown = false
    const round = await reconcileConsumers(deps(), [failedStarts(deps())], api.runtime.now() + 60_000)
    expect(round).toEqual({ blocked: 2, freed: 2, complete: true })
    expect(await list()).toEqual([])
    expect(started()).toBe(2)
    expect(await deliver('ticket.comment_added', poisonFromReceive + 1)).toBe(0)
    expect(started()).toBe(2)
  })
})
