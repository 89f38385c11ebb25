import type { ScheduledEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { subscriberQueues } from '../../app/publish/subscriber-queues.ts'
import { SqsQueue } from '../../gateways/queue-sqs.ts'
import { sweepOutbox } from './sweep-outbox.ts'

const deps = { store: storeFromEnvironment(), queue: new SqsQueue(), runtime, subscribers: subscriberQueues() }

export const handler = backgroundHandler((_: ScheduledEvent, observer, deadlineMs) =>
  sweepOutbox({ ...deps, observer }, deadlineMs),
)
