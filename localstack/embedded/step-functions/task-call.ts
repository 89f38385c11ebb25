import { AwsError } from '../aws-error.ts'
import type { InvokeFunction } from '../ports.ts'
import type { Frame } from './frame.ts'
import { isObject, type Json, toJson } from './json.ts'
import type { TaskResource } from './resources.ts'

/**
 * Service integrations by what follows `arn:aws:states:::`, without `.waitForTaskToken`: `sqs:sendMessage`,
 * `aws-sdk:dynamodb:updateItem`. Each gets the task's parameters and gives the result; an {@link AwsError} fails the
 * task under the name that AWS would use, such as `DynamoDb.ConditionalCheckFailedException`.
 */
export type ServiceTasks = Readonly<Record<string, (input: Json) => Promise<unknown>>>

export type TaskResult = { status: 'succeeded'; output: Json } | { status: 'failed'; error: string; cause: string }

export interface TaskCalls {
  invoke: InvokeFunction
  serviceTasks: ServiceTasks
}

/** Does what a task asks for. Never rejects: whatever goes wrong is the task's failure. */
export async function callTask(calls: TaskCalls, resource: TaskResource, frame: Frame): Promise<TaskResult> {
  const payload = frame.body.task?.payload ?? null
  try {
    switch (resource.kind) {
      case 'function':
        return await invoke(calls, resource.arn, payload, (output) => output)
      case 'lambdaInvoke':
        return await invokeByParameters(calls, payload)
      case 'service':
        return { status: 'succeeded', output: toJson(await calls.serviceTasks[resource.key]?.(payload)) }
    }
  } catch (error) {
    return refused(resource, error)
  }
}

async function invoke(calls: TaskCalls, ref: string, payload: Json, wrap: (output: Json) => Json): Promise<TaskResult> {
  const result = await calls.invoke(ref, payload)
  if (result.status === 'succeeded') return { status: 'succeeded', output: wrap(toJson(result.payload)) }
  const { errorType, errorMessage, trace } = result
  return {
    status: 'failed',
    error: errorType,
    cause: JSON.stringify({ errorType, errorMessage, ...(trace && { trace }) }),
  }
}

/** `lambda:invoke`: function, qualifier and payload are parameters, the result is wrapped as the Lambda API answers it. */
async function invokeByParameters(calls: TaskCalls, parameters: Json): Promise<TaskResult> {
  const {
    FunctionName: name,
    Qualifier: qualifier,
    Payload: payload,
    InvocationType: type,
  } = isObject(parameters) ? parameters : {}
  if (typeof name !== 'string') throw new AwsError('ValidationException', 'The parameter FunctionName is required')
  if (type !== undefined && type !== 'RequestResponse') {
    throw new AwsError('NotImplemented', `InvocationType ${JSON.stringify(type)} is not supported`, 501)
  }
  const ref = typeof qualifier === 'string' ? `${name}:${qualifier}` : name
  const version = typeof qualifier === 'string' ? qualifier : (/:function:[^:]+:([^:]+)$/.exec(name)?.[1] ?? '$LATEST')
  return invoke(calls, ref, payload ?? {}, (output) => ({ ExecutedVersion: version, Payload: output, StatusCode: 200 }))
}

/** How AWS names services in the errors of tasks; others are written with a capital letter. */
const errorPrefixes: Readonly<Record<string, string>> = {
  sqs: 'SQS',
  sns: 'SNS',
  dynamodb: 'DynamoDB',
  events: 'EventBridge',
  'aws-sdk:dynamodb': 'DynamoDb',
  'aws-sdk:eventbridge': 'EventBridge',
  'aws-sdk:sesv2': 'SesV2',
}

function refused(resource: TaskResource, error: unknown): TaskResult {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof AwsError ? error.code.replace(/^.*#/, '') : 'Unknown'
  if (resource.kind !== 'service') return { status: 'failed', error: `Lambda.${code}`, cause: message }
  const service = resource.key.slice(0, resource.key.lastIndexOf(':'))
  const plain = service.replace(/^aws-sdk:/, '')
  const prefix = errorPrefixes[service] ?? `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`
  const name = service.startsWith('aws-sdk:') && !code.endsWith('Exception') ? `${code}Exception` : code
  const status = error instanceof AwsError ? error.status : 500
  return {
    status: 'failed',
    error: `${prefix}.${name}`,
    cause: `${message} (Service: ${prefix}, Status Code: ${status})`,
  }
}
