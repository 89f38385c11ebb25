import type { DynamoDBStreamEvent } from 'aws-lambda'
import { SqsQueue } from '../../gateways/sqs-queue.ts'
import { observed } from '../observer.ts'
import { subscriberQueues } from '../publish/subscriber-queues.ts'
import { store, world } from '../runtime.ts'
import { relayOutbox } from './relay-outbox.ts'

const deps = { store: store(), queue: new SqsQueue(), world, subscribers: subscriberQueues() }

export const handler = observed((event: DynamoDBStreamEvent, observer, untilMs) =>
  relayOutbox(event, { ...deps, observer }, untilMs),
)
