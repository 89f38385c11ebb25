import type { ScheduledEvent } from 'aws-lambda'
import { SqsQueue } from '../../gateways/sqs-queue.ts'
import { observed } from '../observer.ts'
import { subscriberQueues } from '../publish/subscriber-queues.ts'
import { store, world } from '../runtime.ts'
import { sweepOutbox } from './sweep-outbox.ts'

const deps = { store: store(), queue: new SqsQueue(), world, subscribers: subscriberQueues() }

export const handler = observed((_: ScheduledEvent, observer, untilMs) => sweepOutbox({ ...deps, observer }, untilMs))
