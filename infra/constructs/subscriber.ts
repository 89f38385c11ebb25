import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { type SubscriberName, subscribers } from '../../app/functions.ts'
import { subscriberAlarmMeanings } from '../alarm-meanings.ts'
import { consumerTimeoutSeconds } from '../limits.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { queueStatements, readQueue } from './event-source.ts'
import { type FunctionSettings, lambda } from './function.ts'
import { pascalCase } from './names.ts'
import { outputs } from './outputs.ts'
import { fifoQueue } from './queue.ts'

/** One subscriber: its FIFO queue with dead-letter queue, and the function that reads it. Returns the queue, for its senders. */
export function subscriber(
  scope: Construct,
  name: SubscriberName,
  context: DeploymentContext,
  tables: Tables,
  settings: Pick<FunctionSettings, 'environment' | 'statements'> = {},
): Queue {
  const { queue, deadLetterQueue } = fifoQueue(scope, name, context, subscriberAlarmMeanings[name])
  const fn = lambda(scope, name, context, tables, {
    ...settings,
    access: subscribers[name].access,
    timeoutSeconds: consumerTimeoutSeconds,
    statements: [...queueStatements(queue), ...(settings.statements ?? [])],
  })
  readQueue(scope, name, { queue, fn, concurrency: context.stage.concurrency.perQueue })
  const id = pascalCase(name)
  outputs(scope, {
    [`${id}QueueUrl`]: queue.queueUrl,
    [`${id}DlqUrl`]: deadLetterQueue.queueUrl,
    [`${id}Function`]: fn.functionName,
  })
  return queue
}
