import type { DynamoDBStreamEvent } from 'aws-lambda'
import { backgroundHandler } from '../../app/background-handler.ts'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { subscriberQueues } from '../../app/publish/subscriber-queues.ts'
import { SqsQueue } from '../../gateways/queue-sqs.ts'
import { relayOutbox } from './relay-outbox.ts'

const deps = { store: storeFromEnvironment(), queue: new SqsQueue(), runtime, subscribers: subscriberQueues() }

export const handler = backgroundHandler((event: DynamoDBStreamEvent, observer, deadlineMs) =>
  relayOutbox({ ...deps, observer }, event, deadlineMs),
)
