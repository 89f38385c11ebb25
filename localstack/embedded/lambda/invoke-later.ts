import { randomUUID } from 'node:crypto'
import type { JsonService, Wakeups } from '../ports.ts'
import type { AsyncInvokeConfigModel } from '../template/model.ts'
import type { GivenUp } from './async-invocation.ts'
import { functionArnOf, parseFunctionRef } from './function-ref.ts'
import type { LambdaPool } from './lambda-pool.ts'

export interface InvokeLaterOptions {
  configs: readonly AsyncInvokeConfigModel[]
  invokeAsync: LambdaPool['invokeAsync']
  /** There when the first event is given up. */
  queues(): JsonService
  wakeups: Wakeups
  now?: () => Date
}

export type InvokeLater = (functionRef: string, payload: unknown, options?: { attempts?: number }) => void

/**
 * Calls functions some time later, as their `AWS::Lambda::EventInvokeConfig` says: how often they are tried, how old an event may become,
 * and to which queue goes what is given up. `attempts` counts those that failed already. Throws for an unknown function.
 */
export function createInvokeLater(options: InvokeLaterOptions): InvokeLater {
  const { configs, invokeAsync, queues, wakeups, now = () => new Date() } = options
  const principal = { kind: 'developer' } as const

  return (functionRef, payload, { attempts = 0 } = {}) => {
    const { name } = parseFunctionRef(functionRef)
    const config = configs.find(({ functionName }) => functionName === name)
    if (!config) return invokeAsync(functionRef, payload, { attempts })
    const { maximumRetryAttempts, maximumEventAgeSeconds, onFailureArn } = config
    invokeAsync(functionRef, payload, {
      maximumRetryAttempts,
      maximumEventAgeSeconds,
      attempts,
      ...(onFailureArn !== undefined && {
        onFailure: async (event, given) => {
          const queueName = onFailureArn.slice(onFailureArn.lastIndexOf(':') + 1)
          const found = await queues().handle('GetQueueUrl', { QueueName: queueName }, principal)
          const { QueueUrl } = found as { QueueUrl: string }
          const message = failureRecord(functionArnOf(name), event, given, now())
          await queues().handle('SendMessage', { QueueUrl, MessageBody: JSON.stringify(message) }, principal)
          wakeups.notify(`sqs:${queueName}`)
        },
      }),
    })
  }
}

/** Source: AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", example of a failure. */
function failureRecord(
  functionArn: string,
  requestPayload: unknown,
  { condition, attempts }: GivenUp,
  now: Date,
): object {
  const executed = { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' }
  return {
    version: '1.0',
    timestamp: now.toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload,
    ...(attempts > 0 && { responseContext: executed }),
  }
}
