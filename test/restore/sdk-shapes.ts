import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as s3api from '@aws-sdk/client-s3'
import * as stepfunctions from '@aws-sdk/client-sfn'
import * as sqs from '@aws-sdk/client-sqs'
import type { AwsCall } from '../../proof/drill/aws/aws-call.ts'

const clients: Record<Exclude<AwsCall['service'], 'lambda'>, object> = { dynamodb, logs, s3api, sqs, stepfunctions }

/** No package of the project has the shapes of Lambda: these are from its API reference. */
const lambdaInputs: Record<string, readonly string[]> = {
  PutFunctionConcurrency: ['FunctionName', 'ReservedConcurrentExecutions'],
  DeleteFunctionConcurrency: ['FunctionName'],
}

/** A schema of the SDK: a number for a simple type or a list of them, or a function that returns it. */
type Schema = number | StructureSchema | (() => Schema)
/** Kind, namespace, name, traits, names and types of members, and how many of the first ones are required. */
type StructureSchema = readonly [number, string, string, unknown, readonly string[], readonly Schema[], number?]

const kinds = { structure: 3, operation: 9 } as const
const simple: Record<number, (value: unknown) => boolean> = {
  0: (value) => typeof value === 'string',
  1: (value) => typeof value === 'number' || /^\$/.test(String(value)),
  2: (value) => typeof value === 'boolean',
  4: (value) => !Number.isNaN(Date.parse(String(value))),
}

/** What is wrong with a call by the SDK's own schema of its input; empty when nothing is. */
export function shapeErrors({ service, operation, input }: AwsCall): string[] {
  if (service === 'lambda') {
    const members = lambdaInputs[operation]
    if (!members) return [`lambda has no ${operation}`]
    return String(Object.keys(input)) === String(members) ? [] : [`${operation} takes ${members}`]
  }
  const schema = (clients[service] as Record<string, unknown>)[`${operation}$`] as readonly unknown[] | undefined
  if (schema?.[0] !== kinds.operation) return [`${service} has no ${operation}`]
  return valueErrors(operation, input, schema[4] as Schema)
}

function valueErrors(path: string, value: unknown, given: Schema): string[] {
  let schema = given
  while (typeof schema === 'function') schema = schema()
  if (typeof schema === 'number') {
    // List types of simple items have 64 added.
    if (schema >= 64 && schema < 128)
      return Array.isArray(value)
        ? value.flatMap((item, index) => valueErrors(`${path}[${index}]`, item, schema - 64))
        : [`${path} is no list`]
    const isRight = simple[schema]
    if (!isRight) return [`${path} has a type that this test does not know: ${schema}`]
    return isRight(value) ? [] : [`${path} is not of its type`]
  }
  if (schema[0] !== kinds.structure) return [`${path} has a type that this test does not know: ${schema[0]}`]
  const [, , , , names, types, requiredCount = 0] = schema
  const required = names.slice(0, requiredCount)
  const entries = Object.entries(value as object)
  return [
    ...required.filter((name) => !entries.some(([given]) => given === name)).map((name) => `${path} lacks ${name}`),
    ...entries.flatMap(([name, item]) => {
      const index = names.indexOf(name)
      return index < 0 ? [`${path} has no ${name}`] : valueErrors(`${path}.${name}`, item, types[index] as Schema)
    }),
  ]
}
