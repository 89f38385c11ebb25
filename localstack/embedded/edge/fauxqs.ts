import { mkdirSync } from 'node:fs'
import { acceptAllCharacters, keepGroupOrder, keepReceiveCount } from './fauxqs-corrections.ts'
import { type FauxqsEvent, type InjectedRequest, type InjectedResponse, loadParts } from './fauxqs-parts.ts'

/** Queues in this process, without a port of their own. */
export interface Fauxqs {
  /** One request, answered in memory. */
  inject(request: InjectedRequest): Promise<InjectedResponse>
  /** Epoch milliseconds at which the next delayed or taken message of the queue becomes visible. */
  nextVisibleAtMs(queueName: string): number | undefined
  close(): Promise<void>
}

/**
 * Opens the stored queues. It is put together from fauxqs's parts because its own start function listens on every
 * address of the machine; `onEvent` hears of each message that changed, after it is stored.
 */
export async function openFauxqs(dataDir: string, onEvent: (event: FauxqsEvent) => void): Promise<Fauxqs> {
  mkdirSync(dataDir, { recursive: true })
  const parts = await loadParts()
  const persistence = new parts.PersistenceManager(dataDir)
  keepReceiveCount(persistence)
  // Written to the system at each call, so a kill loses nothing; only a power cut could.
  persistence.db.exec('PRAGMA synchronous = NORMAL')
  const sqsStore = new parts.SqsStore()
  const snsStore = new parts.SnsStore()
  const s3Store = new parts.S3Store()
  // Queue addresses then carry the host of the request.
  sqsStore.host = ''
  sqsStore.region = 'us-east-1'
  const spy = { addMessage: onEvent }
  sqsStore.spy = spy
  // Loaded before it is connected: what is stored would be written again, which deletes a queue's messages by cascade.
  persistence.load(sqsStore, snsStore, s3Store)
  sqsStore.persistence = persistence
  s3Store.persistence = persistence
  for (const queue of sqsStore.allQueues()) queue.persistence = persistence
  keepGroupOrder(parts.SqsQueue)
  acceptAllCharacters(parts.INVALID_MESSAGE_BODY_CHAR)
  const app = parts.buildApp({ logger: false, stores: { sqsStore, snsStore, s3Store } })
  await app.ready()

  return {
    inject: (request) => app.inject(request),
    nextVisibleAtMs(queueName) {
      const queue = sqsStore.getQueueByName(queueName)
      if (!queue) return undefined
      const taken = [...queue.inflightMessages.values()].map((entry) => entry.visibilityDeadline)
      const delayed = [...queue.delayedMessages, ...[...queue.fifoDelayed.values()].flat()]
      const times = [...taken, ...delayed.map((message) => message.delayUntil ?? 0)]
      return times.length === 0 ? undefined : Math.min(...times)
    },
    async close() {
      await app.close()
      if (persistence.db.isOpen) persistence.db.close()
    },
  }
}
