import { describe, expect, it } from 'vitest'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { noopObserver } from '../../app/observer.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { confirmEvents } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import type { Queue } from '../../gateways/queue.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { blockCheckpoint, initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putIntoOutbox } from '../../tables/outbox.ts'
import { createSaga } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { withOneRowPages } from '../fixtures/one-row-pages.ts'
import { event } from '../relay/fixtures.ts'

interface System {
  store: Store
  runtime: ManualRuntime
  objects: MemoryObjectStore
  /** Names the item that a call looks at, which takes a second. */
  visit(item: string): void
}

const observer = noopObserver

/** Each sweep with items that stay as they are, as for as long as a dependency is down. */
const sweeps: Record<
  string,
  {
    add(system: System, n: number): Promise<unknown>
    round(system: System, deadlineMs: number): Promise<{ complete: boolean }>
  }
> = {
  'sweep-outbox': {
    add: ({ store }, n) => store.write(putIntoOutbox(event(`t${n}`, 1, undefined, { recordedAt: longAgo }))),
    round: ({ store, runtime, visit }, deadlineMs) => {
      const queue: Queue = {
        async sendBatch(_, messages) {
          for (const { groupId } of messages) visit(groupId)
          return messages.map(() => ({ status: 'refused', cause: 'injected' }))
        },
      }
      return sweepOutbox({ store, runtime, queue, observer, subscribers: { views: 'views' } }, deadlineMs)
    },
  },
  'reconcile-sagas': {
    add: ({ store }, n) =>
      store.write(
        createSaga({
          id: `s${n}`,
          tenant: 'acme',
          name: 'notification',
          definition: 'd1',
          input: {},
          aggregate: { type: 'ticket', id: 't1' },
          eventId: `e${n}`,
          correlationId: 'c1',
          startedAt: longAgo,
        }),
      ),
    round: ({ store, runtime, visit }, deadlineMs) => {
      const machines = new MemoryStateMachines()
      machines.start = async ({ name }) => {
        visit(name)
        throw new Error('Step Functions does not answer')
      }
      const deployedMachine = () => ({ machineArn: 'arn', definition: 'd1' })
      const callbacks = new MemoryCallbacks()
      return reconcileSagas({ store, runtime, machines, callbacks, deployedMachine, observer }, deadlineMs)
    },
  },
  'reconcile-consumers': {
    async add({ store }, n) {
      const before = initialCheckpoint('views', 'acme', { type: 'ticket', id: `t${n}` })
      await store.transactWrite([replaceCheckpoint(before, blockCheckpoint(before, 1))], `block-${n}`)
      await store.write({ kind: 'put', table: 'Events', row: eventRowOf(n) })
    },
    round: ({ store, runtime, visit }, deadlineMs) => {
      const consumer: Consumer = {
        name: 'views',
        async handle({ aggregate }) {
          visit(aggregate.id)
          throw new PoisonEventError('injected')
        },
      }
      return reconcileConsumers({ store, runtime, observer }, [consumer], deadlineMs)
    },
  },
  'confirm-events': {
    add: async ({ store }, n) => {
      const published = event(`t${n}`, 1)
      await store.write({ kind: 'put', table: 'Events', row: eventRowOf(n) })
      await store.write(putUnconfirmed(published, longAgo))
    },
    round: ({ store, runtime, visit }, deadlineMs) => {
      const startSagas = async ({ aggregate }: DomainEvent) => {
        visit(aggregate.id)
        throw new Error('Step Functions does not answer')
      }
      const digests = new MemoryObjectStore(runtime.now)
      return confirmEvents({ store, runtime, observer, digests }, [], startSagas, deadlineMs)
    },
  },
  'sweep-uploads': {
    add: async ({ objects }, n) => objects.put(`${quarantinePrefix}acme/t${n}/a1`, Buffer.from('')),
    round: ({ store, runtime, objects, visit }, deadlineMs) => {
      const failing = visitedByRead(store, visit)
      return sweepUploads({ store: failing, runtime, objects, callbacks: new MemoryCallbacks(), observer }, deadlineMs)
    },
  },
  'sweep-copies': {
    add: async ({ objects }, n) => objects.put(`${cleanPrefix}acme/t${n}/a1`, Buffer.from('')),
    round: ({ store, runtime, objects, visit }, deadlineMs) =>
      sweepCopies({ store: visitedByRead(store, visit), runtime, objects, observer }, deadlineMs),
  },
}

const longAgo = '2026-03-01T06:00:00.000Z'

function eventRowOf(n: number) {
  const stored = event(`t${n}`, 1)
  return { pk: `TENANT#acme#TICKET#t${n}`, sk: '000000000001', ...stored }
}

/** A store on which a read of a ticket's partition fails, after it has told which. */
function visitedByRead(store: Store, visit: (item: string) => void): Store {
  return interceptStore(store, async (call, proceed) => {
    if (call.method !== 'get' || call.args[0].table !== 'Tickets') return proceed()
    visit(call.args[0].key.pk)
    throw new Error('injected')
  })
}

const count = 2_000
const secondsPerRound = 300

describe.each(Object.entries(sweeps))('%s', (_, { add, round }) => {
  it.each(['as they come', 'of one row each'])(
    `looks at each of ${count} items that stay within a bounded number of short rounds, with pages %s`,
    async (pages) => {
      const memory = new MemoryStore()
      const runtime = new ManualRuntime()
      const visited = new Set<string>()
      const system: System = {
        store: pages === 'as they come' ? memory : withOneRowPages(memory),
        runtime,
        objects: new MemoryObjectStore(runtime.now),
        visit(item) {
          visited.add(item)
          runtime.advance(1_000)
        },
      }
      const items = pages === 'as they come' ? count : count / 10
      for (let n = 0; n < items; n++) await add(system, n)
      runtime.advance(60_000)
      const seconds = (secondsPerRound * items) / count
      // One item more per round than needed: the one that the deadline interrupts comes again. The outbox handles 200 at a time.
      const roundsMax = Math.ceil(items / (seconds - 1)) + 4
      let rounds = 0
      while (visited.size < items && rounds < roundsMax) {
        rounds++
        await round(system, runtime.now() + seconds * 1_000)
      }
      expect(visited.size).toBe(items)
    },
  )
})
