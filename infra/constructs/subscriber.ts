import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { type SubscriberName, subscribers } from '../../app/functions.ts'
import { consumerTimeoutSeconds } from '../limits.ts'
import { queueStatements, readQueue } from './event-source.ts'
import { type FunctionSettings, lambda } from './function.ts'
import { outputs } from './outputs.ts'
import { fifoQueue } from './queue.ts'
import { pascalCase, type Site, type Tables } from './site.ts'

/** One subscriber: its FIFO queue with dead letters, and the function that reads it. Returns the queue, for who sends to it. */
export function subscriber(
  scope: Construct,
  name: SubscriberName,
  site: Site,
  tables: Tables,
  more: Pick<FunctionSettings, 'environment' | 'statements'> = {},
): Queue {
  const { access, ...meaning } = subscribers[name]
  const { queue, deadLetterQueue } = fifoQueue(scope, name, site, meaning)
  const fn = lambda(scope, name, site, tables, {
    ...more,
    access,
    timeoutSeconds: consumerTimeoutSeconds,
    statements: [...queueStatements(queue), ...(more.statements ?? [])],
  })
  readQueue(scope, name, { queue, fn })
  const id = pascalCase(name)
  outputs(scope, {
    [`${id}QueueUrl`]: queue.queueUrl,
    [`${id}DlqUrl`]: deadLetterQueue.queueUrl,
    [`${id}Function`]: fn.functionName,
  })
  return queue
}
