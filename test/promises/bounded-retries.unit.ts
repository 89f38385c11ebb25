import { describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { noopObserver } from '../../app/observer.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { Api, agent, customer } from '../fixtures/api.ts'
import { interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { committed, event, inserted, sqsRecords } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'

/** What a busy or unreachable database answers to a call, again and again. */
const answers = {
  conflict: ({ method, args }: StoreCall) =>
    method === 'transactWrite'
      ? { status: 'cancelled', reasons: args[0].map(() => ({ code: 'conflict' })) }
      : { status: 'conflict' },
  throttled: ({ method, args }: StoreCall) =>
    method === 'batchRead' ? { rows: [], unprocessed: args[0].map((_, index) => index) } : { status: 'throttled' },
  unknown: ({ method }: StoreCall) => {
    if (method !== 'transactWrite') throw new Error('no connection')
    return { status: 'unknown', cause: new Error('no connection') }
  },
} as const
type Answer = keyof typeof answers

/** More calls than any bounded retry makes: one that does not even sleep must not hang the test. */
const callsMax = 2_000

function answering(inner: Store, method: StoreCall['method'], answer: Answer): Store {
  let calls = 0
  return interceptStore(inner, async (call, proceed) => {
    if (call.method !== method) return proceed()
    calls++
    expect.soft(calls, `calls of ${method}`).toBeLessThan(callsMax)
    // Ends the loop by what no retry survives.
    if (calls >= callsMax) return undefined
    return answers[answer](call)
  })
}

const requestCases = (Object.keys(answers) as Answer[]).flatMap((answer) =>
  (['transactWrite', 'transactRead', 'batchRead'] as const)
    // A batch of plain reads meets no conflict.
    .filter((method) => !(method === 'batchRead' && answer === 'conflict'))
    .map((method): [Answer, typeof method] => [answer, method]),
)

/** Only the write path reads in batches. */
const cases = requestCases.filter(([, method]) => method !== 'batchRead')

/** Virtual milliseconds that the work takes. */
async function duration(runtime: VirtualRuntime, work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = runtime.now()
  await work()
  return runtime.now() - startedAtMs
}

describe('while the database answers the same to every try, work ends in time:', () => {
  it.each(requestCases)('a request, on “%s” to each %s', async (answer, method) => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.openTicket(agent)
    const busy = api.withStore(answering(api.store, method, answer))
    const elapsed = duration(api.runtime, async () => {
      // It is so already, which is said only as of one moment: this takes all three calls.
      const body = { to: 'open', reason: 'So it is.' }
      const reply = await busy.call(agent, changeStatus, { params: { ticketId }, body })
      expect([409, 500, 503]).toContain(reply.status)
    })
    expect(await elapsed).toBeLessThanOrEqual(8_000)
  })

  it.each(['conflict', 'throttled', 'unknown'] as const)(
    'the application of an event, on “%s”, whose message is then delivered again',
    async (answer) => {
      const { store, runtime, deliver } = await consuming()
      const elapsed = duration(runtime, async () => {
        expect(await deliver(answering(store, 'transactWrite', answer))).toEqual(['m1'])
      })
      expect(await elapsed).toBeLessThanOrEqual(8_000)
    },
  )

  it.each(['conflict', 'throttled', 'unknown'] as const)(
    'the blocking of an aggregate, on “%s”, whose message is then delivered again',
    async (answer) => {
      const { store, runtime, deliver } = await consuming({ isPoison: true })
      const elapsed = duration(runtime, async () => {
        expect(await deliver(answering(store, 'transactWrite', answer))).toEqual(['m1'])
      })
      expect(await elapsed).toBeLessThanOrEqual(8_000)
    },
  )

  it.each(cases)('the do of a saga step, on “%s” to each %s, with an error that is retried', async (answer, method) => {
    const file = await waitingFile()
    const task = { action: 'do', steps: ['upload', 'inspect'], tenant: 'acme', sagaId: file.sagaId, generation: 1 }
    const elapsed = duration(file.runtime, async () => {
      await expect(file.task(task, { store: answering(file.store, method, answer) })).rejects.toThrow()
    })
    expect(await elapsed).toBeLessThanOrEqual(15_000)
  })

  it.each(cases)(
    'the closing of a pivot, on “%s” to each %s, with an error that is retried',
    async (answer, method) => {
      const file = await waitingFile()
      const task = { action: 'resolve-pivot', undo: ['upload', 'quota'], tenant: 'acme', generation: 1 }
      const elapsed = duration(file.runtime, async () => {
        const store = answering(file.store, method, answer)
        await expect(file.task({ ...task, sagaId: file.sagaId }, { store })).rejects.toThrow()
      })
      expect(await elapsed).toBeLessThanOrEqual(15_000)
    },
  )
})

describe('while a queue accepts nothing, work ends in time:', () => {
  it.each(['failed', 'refused'] as const)(
    'the relay and the sweep of the outbox, on “%s” to every send',
    async (status) => {
      const store = new MemoryStore()
      const runtime = new VirtualRuntime()
      const events = ['t1', 't2', 't3'].map((id) => event(id, 1))
      await committed(store, ...events)
      const sendBatch = async (_: string, messages: readonly unknown[]) => {
        return messages.map(() => ({ status, cause: new Error('down') }))
      }
      const deps = { store, runtime, queue: { sendBatch }, subscribers: { views: 'views' }, observer: noopObserver }
      const deadlineMs = runtime.now() + 25_000
      const elapsed = duration(runtime, async () => {
        await relayOutbox(deps, { Records: events.map(inserted) }, deadlineMs)
        expect(await sweepOutbox(deps, deadlineMs)).toMatchObject({ published: 0, left: 3 })
      })
      expect(await elapsed).toBeLessThanOrEqual(25_000)
    },
  )
})

async function consuming({ isPoison = false } = {}) {
  const store = new MemoryStore()
  const runtime = new VirtualRuntime()
  const consumer: Consumer = {
    name: 'views',
    async handle() {
      if (isPoison) throw new PoisonEventError('cannot be applied')
      return []
    },
  }
  const [one] = [event('t1', 1)]
  await committed(store, one)
  const [record] = sqsRecords([{ ...toQueueMessage(one), receiptHandle: 1, receiveCount: 3 }])
  const deliver = async (on: Store) => {
    const Records = record ? [{ ...record, messageId: 'm1' }] : []
    const deps = { store: on, runtime, observer: noopObserver }
    const { batchItemFailures } = await consumeBatch(deps, consumer, { Records }, runtime.now() + 8_000)
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  }
  return { store, runtime, deliver }
}

/** A file that was uploaded, and whose saga waits for that. */
async function waitingFile(): Promise<AttachmentCase> {
  const file = await new AttachmentCase().request(promiseOf(png))
  await file.start()
  file.put(png)
  return file
}
