import { startEdge } from '../../edge/start-edge.ts'
import { startQueues } from '../../sqs/start-queues.ts'
import { createWakeups } from '../../wakeups.ts'

// Queues at an edge in a process of their own, to be killed. Prints the edge's address. Argument: the data folder.
const [, , dataDir = ''] = process.argv
const log = { info() {}, warn: (message: string) => console.error(message) }
let origin = ''
const queues = startQueues({ dataDir, wakeups: createWakeups(), origin: () => origin, log })
for (const QueueName of ['q', 'q.fifo'])
  await queues.ensureQueue({ QueueName, FifoQueue: QueueName.endsWith('.fifo'), VisibilityTimeout: 1 })
const edge = await startEdge({
  port: 0,
  localRoot: '/_local',
  services: { sqs: queues.service },
  identify: () => ({ kind: 'developer' }),
  secretOf: () => undefined,
  access: { keyNames: () => undefined },
  log,
})
origin = edge.origin
console.log(origin)
