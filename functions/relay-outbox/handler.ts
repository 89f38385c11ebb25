import type { DynamoDBStreamEvent } from 'aws-lambda'
import { runtime, storeFromEnvironment } from '../../app/environment.ts'
import { withObserver } from '../../app/observer.ts'
import { subscriberQueues } from '../../app/publish/subscriber-queues.ts'
import { SqsQueue } from '../../gateways/queue-sqs.ts'
import { relayOutbox } from './relay-outbox.ts'

const deps = { store: storeFromEnvironment(), queue: new SqsQueue(), runtime, subscribers: subscriberQueues() }

export const handler = withObserver((event: DynamoDBStreamEvent, observer, deadlineMs) =>
  relayOutbox(event, { ...deps, observer }, deadlineMs),
)
