import { startQueues } from '../../sqs/start-queues.ts'
import { createWakeups } from '../../wakeups.ts'
import { startOpenEdge } from '../edge/start-open-edge.ts'

// Queues at an edge in a process of their own, to be killed. Prints the edge's address. Argument: the data folder.
const [, , dataDir = ''] = process.argv
const log = { info() {}, warn: (message: string) => console.error(message) }
let origin = ''
const queues = startQueues({ dataDir, wakeups: createWakeups(), origin: () => origin, log })
for (const QueueName of ['q', 'q.fifo'])
  await queues.ensureQueue({ QueueName, FifoQueue: QueueName.endsWith('.fifo'), VisibilityTimeout: 1 })
const edge = await startOpenEdge({ services: { sqs: queues.service }, log })
origin = edge.origin
console.log(origin)
