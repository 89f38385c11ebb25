import { randomUUID } from 'node:crypto'
import type { JsonService, Wakeups } from '../ports.ts'
import type { AsyncInvokeConfigModel } from '../template/model.ts'
import type { AsyncInvokeOptions, GivenUp } from './async-invocation.ts'
import { functionArnOf, parseFunctionRef } from './function-ref.ts'
import type { LambdaPool } from './lambda-pool.ts'

export interface InvokeLaterOptions {
  configs: readonly AsyncInvokeConfigModel[]
  pool: Pick<LambdaPool, 'invokeAsync' | 'resumeAsync'>
  /** There when the first event is given up. */
  queues(): JsonService
  wakeups: Wakeups
  now?: () => Date
}

export type InvokeLater = (functionRef: string, payload: unknown, options?: { attempts?: number }) => void

export interface LaterInvocations {
  /** `attempts` counts those that failed already. Throws for an unknown function. */
  invokeLater: InvokeLater
  /** Runs what the last stop or kill cut off. */
  resume(): void
}

/**
 * Calls functions some time later, as their `AWS::Lambda::EventInvokeConfig` says: how often they are tried, how old an event may become,
 * and to which queue goes what is given up.
 */
export function createInvokeLater(options: InvokeLaterOptions): LaterInvocations {
  const { configs, pool, queues, wakeups, now = () => new Date() } = options
  const principal = { kind: 'developer' } as const

  function optionsOf(functionRef: string): AsyncInvokeOptions {
    const { name } = parseFunctionRef(functionRef)
    const config = configs.find(({ functionName }) => functionName === name)
    if (!config) return {}
    const { maximumRetryAttempts, maximumEventAgeSeconds, onFailureArn } = config
    return {
      maximumRetryAttempts,
      maximumEventAgeSeconds,
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
    }
  }

  return {
    invokeLater: (functionRef, payload, { attempts = 0 } = {}) =>
      pool.invokeAsync(functionRef, payload, { ...optionsOf(functionRef), attempts }),
    resume: () => pool.resumeAsync(optionsOf),
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
