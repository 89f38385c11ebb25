import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { Message } from '../../../gateways/queue.ts'
import { type QueueFixture, type Received, receivesMax } from './queue-fixture.ts'

const deduplicationSeconds = 300

export const message = (body: string, groupId: string, deduplicationId = `id-${body}`): Message => ({
  body,
  groupId,
  deduplicationId,
})

/**
 * The promises of every FIFO queue that our functions send to. The suite runs against the in-memory queue and against SQS, so that what
 * tests and simulation prove with the former is true of the latter. Which groups are received first is not promised.
 */
export function queueSuite(open: () => Promise<QueueFixture>): void {
  let fixture: QueueFixture
  beforeEach(async () => {
    fixture = await open()
  })
  afterEach(() => fixture.close())

  const send = (...messages: Message[]) => fixture.queue.sendBatch(fixture.url, messages)
  const statuses = async (...messages: Message[]) => (await send(...messages)).map(({ status }) => status)
  const bodies = (received: readonly Received[]) => received.map(({ body }) => body).toSorted()

  /** Receives until nothing more comes: one receive may return any number of a group's messages. */
  async function drain(): Promise<Received[]> {
    const all: Received[] = []
    for (let batch = await fixture.receive(); batch.length > 0; batch = await fixture.receive()) {
      for (const received of batch) await received.remove()
      all.push(...batch)
    }
    return all
  }

  function clockOf({ skip }: TestContext): (seconds: number) => void {
    if (!fixture.advance) skip('the clock of this queue cannot be moved')
    return fixture.advance as (seconds: number) => void
  }

  describe('a batch', () => {
    it('is accepted message by message, and each group is received in the order sent', async () => {
      expect(await statuses(message('a1', 'a'), message('b1', 'b'), message('a2', 'a'))).toEqual([
        'accepted',
        'accepted',
        'accepted',
      ])
      await send(message('a3', 'a'))
      const received = (await drain()).map(({ body }) => body)
      expect(received.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1'])
      expect(received.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    })

    it('has a message refused that the queue never takes, beside others that are accepted', async () => {
      const unsendable = message('\ufffe', 'b', 'id-b')
      expect(await statuses(message('a1', 'a'), unsendable, message('c1', 'c'))).toEqual([
        'accepted',
        'refused',
        'accepted',
      ])
      expect(bodies(await drain())).toEqual(['a1', 'c1'])
    })
  })

  describe('a duplicate', () => {
    it('is accepted and not received, in one batch, in another, and after the first was deleted', async () => {
      const first = message('a1', 'a')
      expect(await statuses(first, first)).toEqual(['accepted', 'accepted'])
      expect(await statuses(first)).toEqual(['accepted'])
      expect(bodies(await drain())).toEqual(['a1'])
      expect(await statuses(first)).toEqual(['accepted'])
      expect(await fixture.receive()).toEqual([])
    })

    it('is a message of its own in another group', async () => {
      await send(message('a1', 'a', 'same'), message('b1', 'b', 'same'))
      expect(bodies(await drain())).toEqual(['a1', 'b1'])
    })

    it('is known for five minutes from the first, however often it is sent meanwhile', async (context) => {
      const advance = clockOf(context)
      const first = message('a1', 'a')
      await send(first)
      advance(deduplicationSeconds - 1)
      await send(first)
      expect(bodies(await drain())).toEqual(['a1'])
      advance(1)
      await send(first)
      expect(bodies(await drain())).toEqual(['a1'])
    })
  })

  describe('a message in flight', () => {
    it('blocks its group and no other', async () => {
      await send(message('a1', 'a'))
      const [first] = await fixture.receive()
      await send(message('a2', 'a'), message('b1', 'b'))
      expect(bodies(await fixture.receive())).toEqual(['b1'])
      await first?.remove()
      expect(bodies(await fixture.receive())).toEqual(['a2'])
    })

    it('comes back before the later ones when it is made visible, and counts its receives', async () => {
      await send(message('a1', 'a'), message('a2', 'a'))
      for (const received of await fixture.receive()) await received.makeVisible()
      const again = await drain()
      expect(again.map(({ body }) => body)).toEqual(['a1', 'a2'])
      expect(again[0]?.receiveCount).toBe(2)
    })

    it('comes back when its visibility timeout ends, and not before', async (context) => {
      const advance = clockOf(context)
      await send(message('a1', 'a'), message('b1', 'b'))
      await fixture.receive(30)
      advance(29)
      expect(await fixture.receive()).toEqual([])
      advance(1)
      const again = await fixture.receive()
      expect(bodies(again)).toEqual(['a1', 'b1'])
      expect(again.map(({ receiveCount }) => receiveCount)).toEqual([2, 2])
    })

    it('is not deleted by a receipt handle that has expired, nor by one of an earlier receive', async () => {
      await send(message('a1', 'a'))
      const [first] = await fixture.receive()
      await first?.makeVisible()
      await first?.remove()
      const [second] = await fixture.receive()
      expect(second?.body).toBe('a1')
      await first?.remove()
      await first?.makeVisible()
      expect(await fixture.receive()).toEqual([])
      await second?.makeVisible()
      expect(bodies(await drain())).toEqual(['a1'])
    })
  })

  describe('a message that was received as often as it may', () => {
    async function exhaust(): Promise<void> {
      for (let receives = 0; receives < receivesMax; receives++)
        for (const received of await fixture.receive()) await received.makeVisible()
    }

    it('is a dead letter, and frees the messages behind it', async () => {
      await send(message('a1', 'a'))
      await exhaust()
      await send(message('a2', 'a'))
      expect(bodies(await drain())).toEqual(['a2'])
      expect(await fixture.depth()).toEqual({ visible: 0, inFlight: 0, deadLetters: 1 })
    })

    it('stays where it is while its group is blocked', async () => {
      await send(message('a1', 'a'), message('a2', 'a'))
      for (let receives = 0; receives < receivesMax; receives++) {
        const both = await fixture.receive()
        await Promise.all((receives === receivesMax - 1 ? both.slice(1) : both).map((one) => one.makeVisible()))
      }
      expect(await fixture.receive()).toEqual([])
      expect(await fixture.depth()).toEqual({ visible: 1, inFlight: 1, deadLetters: 0 })
    })

    it('is a new message at the end of its group once dead letters are redriven, though its id is still known', async () => {
      await send(message('a1', 'a'))
      await exhaust()
      await send(message('a2', 'a'))
      const [second] = await fixture.receive()
      await fixture.redrive()
      await second?.makeVisible()
      const received = await drain()
      expect(received.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
        ['a2', 2],
        ['a1', 1],
      ])
    })
  })
}
