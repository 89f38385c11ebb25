import { join } from 'node:path'
import { checkDatabase } from '../dynamodb/engine-store.ts'
import type { Wakeups } from '../seams.ts'
import { openFauxqs } from './fauxqs.ts'
import type { FauxqsEvent } from './fauxqs-parts.ts'
import { createObjects, type Objects } from './objects.ts'
import { createQueues, type Queues } from './queues.ts'

/** An object that came or went, as bucket notifications will tell it. */
export interface ObjectEvent {
  kind: 'created' | 'removed'
  bucketName: string
  key: string
  etag?: string
  sizeBytes?: number
}

export interface QueuesAndObjects {
  queues: Queues
  objects: Objects
  stop(): Promise<void>
}

export interface QueuesAndObjectsOptions {
  /** The stack's data folder; a folder `queues-and-objects` is made in it. */
  dataDir: string
  /** Told `sqs:<queueName>` for each message that is stored, those moved to a dead-letter queue included. */
  wakeups: Wakeups
  /** The edge's address, which queue addresses carry. */
  origin: () => string
  /** After an object is stored or removed. */
  onObject?: (event: ObjectEvent) => void
}

/** A copy is told as an upload of its target too. */
const objectKinds: Record<string, ObjectEvent['kind'] | undefined> = { uploaded: 'created', deleted: 'removed' }

/** SQS and S3 on the stored data, in this process and without a port. Throws one line for a damaged file. */
export async function startQueuesAndObjects(options: QueuesAndObjectsOptions): Promise<QueuesAndObjects> {
  const { dataDir, wakeups, origin, onObject } = options
  const onEvent = (event: FauxqsEvent) => {
    if (event.service === 'sqs' && event.status === 'published') wakeups.notify(`sqs:${event.queueName}`)
    if (event.service !== 's3') return
    const kind = objectKinds[event.status]
    // It is told before it is stored, though in the same turn.
    if (!kind || !onObject) return
    const { bucket: bucketName, key } = event
    queueMicrotask(() => onObject({ kind, bucketName, key, ...fauxqs.objectFacts(bucketName, key) }))
  }
  const folder = join(dataDir, 'queues-and-objects')
  checkDatabase(join(folder, 'fauxqs.db'))
  const fauxqs = await openFauxqs(folder, onEvent)
  return { queues: createQueues(fauxqs, origin), objects: createObjects(fauxqs), stop: fauxqs.close }
}
