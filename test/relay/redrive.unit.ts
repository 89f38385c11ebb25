import { beforeEach, describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { noopObserver } from '../../app/observer.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { redriveBlocked } from '../../functions/redrive-blocked/redrive-blocked.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { committed, event, eventBatch } from './fixtures.ts'
import { recorded, recorder } from './recorder.ts'

const problem = (slug: string) => `https://steadfast.dev/problems/${slug}`

let api: Api
let isBroken: boolean

/** A ticket of four events, of which the second can't be applied while `isBroken`. */
beforeEach(async () => {
  api = new Api()
  isBroken = true
  const events = [1, 2, 3, 4].map((seq) => event('t1', seq))
  await committed(api.store, ...events)
  await consumeBatch(deps(), consumer(), eventBatch(events), api.runtime.now() + 8_000)
})

const deps = (store: Store = api.store) => ({ store, runtime: api.runtime, observer: noopObserver })

function consumer(store: Store = api.store, name = 'recorder'): Consumer {
  const { handle } = recorder(store)
  return {
    name,
    async handle(received, options) {
      if (received.type === 'redrive.requested') return []
      if (isBroken && received.seq === 2) throw new PoisonEventError('cannot be applied')
      return handle(received, options)
    },
  }
}

const list = async (person = admin) => (await api.call(person, listBlockedAggregates)).json.items
const blockedId = async () => String((await list())[0]?.id)
const redrive = (id: string, call: { key?: string } = {}, person = admin) =>
  api.call(person, redriveBlocked, { params: { blockedId: id }, ...call })

async function requests() {
  return (await allRows(api.store, 'Events')).map(parseEvent).filter(({ type }) => type === 'redrive.requested')
}

/** Delivers every redrive's event, again each time. Returns how many must be delivered again. */
async function deliver(by = consumer(), on: Store = api.store): Promise<number> {
  const answer = await consumeBatch(deps(on), by, eventBatch(await requests()), api.runtime.now() + 8_000)
  return answer.batchItemFailures.length
}

const applied = () => recorded(api.store, 'acme', 't1')

describe('a redrive of a blocked aggregate', () => {
  it('is an event that names who asked, and applies what waited, in order and once', async () => {
    const id = await blockedId()
    const blocked = { id, consumer: 'recorder', aggregate: { type: 'ticket', id: 't1' }, blockedAt: 2, highestSeen: 4 }
    expect(await list()).toEqual([blocked])
    isBroken = false
    expect(await redrive(id)).toMatchObject({ status: 200, json: blocked })
    const [requested] = await requests()
    expect(requested).toMatchObject({
      actor: admin.id,
      seq: 1,
      data: { consumer: 'recorder', aggregate: { type: 'ticket', id: 't1' }, blockedAt: 2 },
    })
    expect(await applied()).toEqual([1])
    expect(await deliver()).toBe(0)
    expect(await applied()).toEqual([1, 2, 3, 4])
    expect(await list()).toEqual([])
  })

  it('that is sent, delivered and asked for again applies nothing again', async () => {
    const id = await blockedId()
    isBroken = false
    const answers = await Promise.all([redrive(id, { key: 'k' }), redrive(id, { key: 'k' }), redrive(id)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await requests()).toHaveLength(2)
    await Promise.all([deliver(), deliver(), deliver()])
    await deliver()
    expect(await applied()).toEqual([1, 2, 3, 4])
    expect((await redrive(id)).json.type).toBe(problem('not-blocked-there'))
    expect((await redrive(id, { key: 'k' })).headers['Idempotent-Replayed']).toBe('true')
  })

  it('of what is still broken changes nothing, and is not itself in the way', async () => {
    await redrive(await blockedId())
    expect(await deliver()).toBe(0)
    expect(await applied()).toEqual([1])
    expect(await list()).toMatchObject([{ aggregate: { type: 'ticket', id: 't1' }, blockedAt: 2, highestSeen: 4 }])
    isBroken = false
    await redrive(await blockedId())
    await deliver()
    expect(await applied()).toEqual([1, 2, 3, 4])
  })

  it('is taken up only by the consumer that it names', async () => {
    await redrive(await blockedId())
    isBroken = false
    await deliver(consumer(api.store, 'another'))
    expect(await applied()).toEqual([1])
  })

  it('killed at any call is delivered again, and applies each event once', async () => {
    const id = await blockedId()
    isBroken = false
    await redrive(id)
    let calls = 0
    for (let killedAt = 1; killedAt > 0; killedAt = calls >= killedAt ? killedAt + 1 : 0) {
      calls = 0
      const dying = interceptStore(api.store, async (call, proceed) => {
        if (++calls > killedAt) throw new Error('killed')
        if (calls < killedAt) return proceed()
        if (call.method === 'transactWrite') await proceed()
        throw new Error('killed')
      })
      await deliver(consumer(dying), dying)
    }
    await deliver()
    expect(await applied()).toEqual([1, 2, 3, 4])
  })

  it('names the event that was seen: it is refused once the aggregate is blocked at another, or not at all', async () => {
    const id = await blockedId()
    isBroken = false
    await redrive(id)
    await deliver()
    expect((await redrive(id)).json).toMatchObject({ type: problem('not-blocked-there'), status: 409 })
  })

  it('is for admins of its tenant only: another tenant neither sees nor redrives it', async () => {
    const id = await blockedId()
    expect((await redrive(id, {}, agent)).status).toBe(403)
    expect((await redrive(id, {}, customer)).status).toBe(403)
    expect(await list(stranger)).toEqual([])
    expect((await redrive(id, {}, stranger)).json.type).toBe(problem('not-found'))
    expect(await requests()).toEqual([])
  })

  it.each([
    ['no base64', '!!'],
    ['no list', Buffer.from('{"consumer":"recorder"}').toString('base64url')],
    ['an id that would end a key', Buffer.from('["recorder","ticket","t1#X",2]').toString('base64url')],
    ['an unknown type', Buffer.from('["recorder","tenant","t1",2]').toString('base64url')],
    ['a number that is none', Buffer.from('["recorder","ticket","t1","2"]').toString('base64url')],
    ['too many characters', 'A'.repeat(500)],
  ])('with %s as its id does not exist', async (_, id) => {
    const answer = await redrive(id)
    expect([404, 422]).toContain(answer.status)
    expect(await requests()).toEqual([])
  })
})
