import { join } from 'node:path'
import { checkDatabase } from '../dynamodb/engine-store.ts'
import { type Objects, openObjects } from '../s3/objects.ts'
import type { ObjectChange } from '../s3/s3.ts'
import type { Log, Wakeups } from '../seams.ts'
import { openFauxqs } from './fauxqs.ts'
import type { FauxqsEvent } from './fauxqs-parts.ts'
import { createQueues, type Queues } from './queues.ts'

export interface QueuesAndObjects {
  queues: Queues
  objects: Objects
  stop(): Promise<void>
}

export interface QueuesAndObjectsOptions {
  /** The stack's data folder; folders `queues-and-objects` and `s3` are made in it. */
  dataDir: string
  /** Told `sqs:<queueName>` for each message that is stored, those moved to a dead-letter queue included. */
  wakeups: Wakeups
  /** The edge's address, which queue addresses carry. */
  origin: () => string
  /** After an object is stored or removed. */
  onObject?: (change: ObjectChange) => void
  log: Log
  /** Epoch milliseconds. */
  now?: () => number
}

/** SQS and S3 on the stored data, in this process and without a port. Throws one line for a damaged file. */
export async function startQueuesAndObjects(options: QueuesAndObjectsOptions): Promise<QueuesAndObjects> {
  const { dataDir, wakeups, origin, onObject, log, now } = options
  const onEvent = (event: FauxqsEvent) => {
    if (event.service === 'sqs' && event.status === 'published') wakeups.notify(`sqs:${event.queueName}`)
  }
  const folder = join(dataDir, 'queues-and-objects')
  checkDatabase(join(folder, 'fauxqs.db'))
  const fauxqs = await openFauxqs(folder, onEvent)
  const objects = openObjects({ dataDir, log, onObject, now })
  return {
    queues: createQueues(fauxqs, origin),
    objects,
    async stop() {
      await objects.stop()
      await fauxqs.close()
    },
  }
}
