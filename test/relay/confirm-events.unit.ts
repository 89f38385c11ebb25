import { beforeEach, describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { PoisonEventError } from '../../app/consume/consumer.ts'
import { startSagasOf } from '../../app/consumers/start-sagas.ts'
import { Publisher } from '../../app/publish/publisher.ts'
import type { DigestPart } from '../../domain/digest.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { confirmEvents, confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { keptDigests } from '../../proof/check/kept-digests.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { Api, agent, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { type Call, Crash, FaultyStore } from './faults.ts'
import { CountingObserver, outboxRows, sqsRecords } from './fixtures.ts'
import { recorded, recorder } from './recorder.ts'

const subscribers = { recorder: 'recorder', 'start-saga': 'start-saga' }
const machineArns = { notification: 'n', webhook: 'w', attachment: 'a', removal: 'r' }

let api: Api
let queue: MemoryQueue
let machines: MemoryStateMachines
let observer: CountingObserver
let digests: MemoryObjectStore
let ticketId: string

beforeEach(async () => {
  api = new Api()
  queue = new MemoryQueue(api.runtime.now)
  machines = new MemoryStateMachines()
  observer = new CountingObserver()
  digests = new MemoryObjectStore(api.runtime.now)
  ticketId = await api.openTicket(customer)
  for (const body of ['One.', 'Two.', 'Three.'])
    await api.call(agent, addComment, { params: { ticketId }, body: { body } })
  await publish()
})

const deadlineMs = () => api.runtime.now() + 30_000
const depsOn = (store: Store = api.store) => ({ store, runtime: api.runtime, observer, digests })
const sagaDeps = (store: Store = api.store) => ({ ...depsOn(store), machines, machineArns })

async function publish(store: Store = api.store) {
  const events = (await allRows(api.store, 'Outbox')).map(({ event }) => event as DomainEvent)
  return new Publisher({ ...depsOn(store), queue, subscribers }, deadlineMs()).publish(events)
}

/** Takes all messages out of a queue, as its consumer does or as a purge does. */
function taken(name: string) {
  const messages = []
  for (let batch = queue.receive(name); batch.length > 0; batch = queue.receive(name))
    for (const message of batch) {
      messages.push(message)
      queue.delete(name, message.receiptHandle)
    }
  return sqsRecords(messages)
}

const consume = async (Records: ReturnType<typeof sqsRecords>, on: Store = api.store) =>
  consumeBatch(depsOn(on), recorder(on), { Records }, deadlineMs())

async function confirm(on: Store = api.store, consumer = recorder(on)) {
  const again = (event: DomainEvent, untilMs: number) => startSagasOf(sagaDeps(on), event, untilMs)
  return confirmEvents(depsOn(on), [consumer], again, deadlineMs())
}

const appliedOf = (id: string) => recorded(api.store, 'acme', id)
const unconfirmed = () => allRows(api.store, 'Unconfirmed')
const eventsOfTicket = async () =>
  (await allRows(api.store, 'Events')).map(parseEvent).filter(({ aggregate }) => aggregate.id === ticketId)
const notified = async () =>
  (await allRows(api.store, 'Sagas')).map(({ recipient, eventId }) => `${recipient} ${eventId}`).toSorted()

/** What is there when nothing is lost. */
async function undisturbed() {
  await consume(taken('recorder'))
  await startSagas(sagaDeps(), { Records: taken('start-saga') }, deadlineMs())
  return { applied: await appliedOf(ticketId), sagas: await notified(), executions: machines.started.length }
}

describe('an event that a queue has accepted', () => {
  it('stays unconfirmed until every subscriber has handled it', async () => {
    expect(await outboxRows(api.store)).toEqual([])
    const published = await unconfirmed()
    expect(published).toHaveLength((await allRows(api.store, 'Events')).length)
    await undisturbed()
    expect(await confirm()).toMatchObject({ confirmed: 0, complete: true })
    api.runtime.advance(confirmedAfterMs)
    expect(await confirm()).toMatchObject({ confirmed: published.length, caughtUp: 0, failed: 0, complete: true })
    expect(await unconfirmed()).toEqual([])
  })

  it('stays unconfirmed until its hash is in a digest, although every subscriber has handled it', async () => {
    const published = await unconfirmed()
    await undisturbed()
    api.runtime.advance(confirmedAfterMs)
    const works = digests.putOnce.bind(digests)
    digests.putOnce = async () => {
      throw new Error('S3 does not answer')
    }
    expect(await confirm()).toMatchObject({ confirmed: 0, failed: published.length, complete: true })
    expect(observer.counts.EventsNotConfirmed).toBe(published.length)
    expect(await unconfirmed()).toEqual(published)
    digests.putOnce = works
    expect(await confirm()).toMatchObject({ confirmed: published.length, failed: 0 })
    const stored = new Map(
      (await allRows(api.store, 'Events')).map(({ pk, seq, hash }) => [`${sha256Hex(String(pk))} ${seq}`, hash]),
    )
    const heads = (await keptDigests(digests)).flatMap(({ text }) => (JSON.parse(text) as DigestPart).heads)
    expect(heads.length).toBeGreaterThan(1)
    for (const { aggregate, seq, hash } of heads) expect(stored.get(`${aggregate} ${seq}`)).toBe(hash)
  })

  it('is in a digest and unconfirmed, or only in a digest, wherever the round stops', async () => {
    await undisturbed()
    api.runtime.advance(confirmedAfterMs)
    const crashing = new FaultyStore(api.store, ({ method, table }) =>
      method === 'write' && table === 'Unconfirmed' ? 'crash-before' : 'none',
    )
    await confirm(crashing).catch((error) => expect(error).toBeInstanceOf(Crash))
    expect((await unconfirmed()).length).toBeGreaterThan(0)
    const parts = digests.keys()
    expect(parts).toHaveLength(1)
    await confirm()
    expect(await unconfirmed()).toEqual([])
    expect(digests.keys(), 'the same part again').toEqual(parts)
  })

  it('keeps its outbox row when the unconfirmed row cannot be written', async () => {
    await api.call(agent, addComment, { params: { ticketId }, body: { body: 'Four.' } })
    const [row] = await outboxRows(api.store)
    const failing = (call: Call) => (call.table === 'Unconfirmed' ? 'lost-before' : 'none')
    expect(await publish(new FaultyStore(api.store, failing))).toMatchObject({ published: 0, left: 1 })
    expect(await outboxRows(api.store)).toEqual([row])
  })

  it('has both rows or one, wherever the relay stops, and never none', async () => {
    for (const at of ['crash-before', 'crash-after'] as const)
      for (const stopped of ['Unconfirmed', 'Outbox'] as const) {
        await api.call(agent, addComment, { params: { ticketId }, body: { body: `${at} ${stopped}` } })
        const [row] = await outboxRows(api.store)
        const crashing = new FaultyStore(api.store, (call) => (call.table === stopped ? at : 'none'))
        await publish(crashing).catch((error) => expect(error).toBeInstanceOf(Crash))
        const left = [...(await outboxRows(api.store)), ...(await unconfirmed())]
        expect(left.filter(({ pk, sk }) => pk === row?.pk && sk === row?.sk).length).toBeGreaterThan(0)
        await publish()
        expect(await outboxRows(api.store)).toEqual([])
      }
  })
})

describe('messages that a queue has lost', () => {
  it('are made up for: everything is applied once, in order, and every saga starts', async () => {
    const lost = { recorder: taken('recorder'), sagas: taken('start-saga') }
    expect(await appliedOf(ticketId)).toEqual([])
    expect(await notified()).toEqual([])
    api.runtime.advance(confirmedAfterMs)
    expect(await confirm()).toMatchObject({ failed: 0, complete: true })
    const made = { applied: await appliedOf(ticketId), sagas: await notified(), executions: machines.started.length }
    expect(made.applied).toEqual((await eventsOfTicket()).map(({ seq }) => seq))
    expect(made.sagas.length).toBeGreaterThanOrEqual(3)
    expect(await unconfirmed()).toEqual([])
    // The messages were late, not lost.
    await consume(lost.recorder)
    await startSagas(sagaDeps(), { Records: lost.sagas }, deadlineMs())
    expect(await appliedOf(ticketId)).toEqual(made.applied)
    expect(await notified()).toEqual(made.sagas)
    expect(machines.started).toHaveLength(made.executions)
  })

  it('are made up for although the last rounds went nowhere, and for weeks', async () => {
    taken('recorder')
    taken('start-saga')
    for (let week = 0; week < 4; week++) {
      api.runtime.advance(7 * 86_400_000)
      const failing = new FaultyStore(api.store, (call) => (call.table === 'Receipts' ? 'lost-before' : 'none'))
      expect(await confirm(failing)).toMatchObject({ confirmed: 0 })
    }
    expect(await confirm()).toMatchObject({ failed: 0, complete: true })
    expect(await appliedOf(ticketId)).toEqual((await eventsOfTicket()).map(({ seq }) => seq))
  })

  it('some of them, are made up for in order, beside a live subscriber and a second run', async () => {
    const records = taken('recorder')
    const sagas = taken('start-saga')
    api.runtime.advance(confirmedAfterMs)
    const some = <Item>(items: Item[]) => items.filter((_, index) => index % 2 === 1)
    await Promise.all([
      confirm(),
      consume(some(records)),
      confirm(),
      startSagas(sagaDeps(), { Records: some(sagas) }, deadlineMs()),
    ])
    await confirm()
    expect(await appliedOf(ticketId)).toEqual((await eventsOfTicket()).map(({ seq }) => seq))
    expect(new Set(await notified()).size).toBe((await notified()).length)
    const names = machines.started.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(await unconfirmed()).toEqual([])
  })
})

describe('the events of a batch', () => {
  async function severalTickets() {
    for (let n = 0; n < 12; n++) await api.openTicket(customer)
    await publish()
    taken('recorder')
    taken('start-saga')
    api.runtime.advance(confirmedAfterMs)
    return unconfirmed()
  }

  it('are handled at the same time when they are of several tickets, one after the other when of one', async () => {
    await severalTickets()
    const running = new Map<string, number>()
    let mostTickets = 0
    const again = async ({ aggregate: { id }, seq }: DomainEvent) => {
      expect(running.get(id), `event ${seq} while another of its ticket is handled`).toBeUndefined()
      running.set(id, seq)
      mostTickets = Math.max(mostTickets, running.size)
      await new Promise(setImmediate)
      running.delete(id)
    }
    const result = await confirmEvents(depsOn(), [recorder(api.store)], again, deadlineMs())
    expect(result).toMatchObject({ failed: 0, complete: true })
    expect(mostTickets).toBe(13)
  })

  it('half of which fail, are made up for by the next rounds, two at once: each once in effect and in a digest', async () => {
    const published = await severalTickets()
    let reads = 0
    const failing = new FaultyStore(api.store, ({ method, table }) =>
      method === 'get' && table === 'Receipts' && reads++ % 2 === 0 ? 'lost-before' : 'none',
    )
    const first = await confirm(failing)
    expect(first.failed).toBeGreaterThan(3)
    expect(first.confirmed).toBeGreaterThan(3)
    expect(first.failed + first.confirmed).toBe(published.length)
    expect(await unconfirmed()).toHaveLength(first.failed)
    await Promise.all([confirm(), confirm()])
    expect(await unconfirmed()).toEqual([])
    for (const id of new Set(published.map(({ aggregate }) => (aggregate as { id: string }).id)))
      expect(await appliedOf(id)).toEqual(
        published.filter(({ aggregate }) => (aggregate as { id: string }).id === id).map(({ seq }) => seq),
      )
    const heads = (await keptDigests(digests)).flatMap(({ text }) => (JSON.parse(text) as DigestPart).heads)
    const isDigested = ({ pk, sk }: (typeof published)[0]) =>
      heads.some(({ aggregate, seq }) => aggregate === sha256Hex(String(pk)) && seq >= Number(sk))
    expect(published.filter((row) => !isDigested(row))).toEqual([])
  })
})

describe('an event that a subscriber cannot apply', () => {
  it('blocks its aggregate, is left to the round over blocked ones, and holds back no other event', async () => {
    taken('recorder')
    const other = await api.openTicket(customer)
    await publish()
    taken('recorder')
    api.runtime.advance(confirmedAfterMs)
    const broken = { ...recorder(api.store) }
    const handle = broken.handle
    broken.handle = async (event, options) => {
      if (event.aggregate.id === ticketId && event.seq === 2) throw new PoisonEventError('injected')
      return handle(event, options)
    }
    expect(await confirm(api.store, broken)).toMatchObject({ failed: 0, complete: true })
    expect(await appliedOf(ticketId)).toEqual([1])
    expect(await appliedOf(other)).toEqual([1])
    const blocked = (await allRows(api.store, 'Receipts')).filter(({ blockedAt }) => blockedAt !== undefined)
    expect(blocked).toMatchObject([{ blockedAt: 2, highestSeen: 4 }])
    expect(await unconfirmed()).toEqual([])
  })

  it('that fails for another reason stays unconfirmed, is counted, and holds back no other event', async () => {
    const lost = taken('start-saga')
    expect(lost.length).toBeGreaterThan(0)
    await consume(taken('recorder'))
    api.runtime.advance(confirmedAfterMs)
    const [first] = await eventsOfTicket()
    const fails = async (event: DomainEvent) => {
      if (event.id === first?.id) throw new Error('injected')
    }
    const result = await confirmEvents(depsOn(), [recorder(api.store)], fails, deadlineMs())
    expect(result).toMatchObject({ failed: 1, complete: true })
    expect(observer.counts.EventsNotConfirmed).toBe(1)
    expect(await unconfirmed()).toMatchObject([{ aggregate: { id: ticketId }, seq: 1 }])
  })
})
