import type { Log, Wakeups } from '../ports.ts'
import { type Objects, openObjects } from '../s3/objects.ts'
import type { ObjectChange } from '../s3/s3.ts'
import { type Queues, startQueues } from '../sqs/start-queues.ts'

export interface QueuesAndObjects {
  queues: Queues
  objects: Objects
  stop(): Promise<void>
}

export interface QueuesAndObjectsOptions {
  /** The stack's data folder. */
  dataDir: string
  /** Told `sqs:<queueName>` when messages of the queue may have become visible. */
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
export function startQueuesAndObjects(options: QueuesAndObjectsOptions): QueuesAndObjects {
  const { dataDir, wakeups, origin, onObject, log, now } = options
  const queues = startQueues({ dataDir, wakeups, origin, log })
  const objects = openOrStop(queues, () => openObjects({ dataDir, log, onObject, now }))
  return {
    queues,
    objects,
    async stop() {
      await objects.stop()
      await queues.stop()
    },
  }
}

function openOrStop(queues: Queues, open: () => Objects): Objects {
  try {
    return open()
  } catch (error) {
    void queues.stop()
    throw error
  }
}
