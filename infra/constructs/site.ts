import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Code } from 'aws-cdk-lib/aws-lambda'
import { Duration, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../../app/access.ts'
import type { FunctionName } from '../../app/functions.ts'
import type { Stage } from '../stages.ts'

/** What every stack is given: where it stands and what runs in it. */
export interface Site {
  stage: Stage
  codeOf: (name: FunctionName) => Code
}

export type Tables = Record<TableName, Table>

/**
 * The physical name of a resource, such as `steadfast-dev-create-ticket`. Fixed names are what people look for in consoles, logs
 * and refusals; none of these resources needs to be replaced to be changed.
 */
export function nameOf({ stage }: Site, name: string): string {
  return `steadfast-${stage.name}-${name}`
}

/** `start-saga` → `StartSaga`: ids of constructs and keys of outputs. */
export function pascalCase(name: string): string {
  return words(name)
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')
}

/** `RequestKeys` → `request-keys`. */
export function kebabCase(name: string): string {
  return words(name).join('-')
}

/** `RequestKeys` → `REQUEST_KEYS`. */
export function constantCase(name: string): string {
  return words(name).join('_').toUpperCase()
}

/** ARN of a resource of the stack's account and region that is known by name only. */
export function arnOf(scope: Construct, service: string, resource: string): string {
  return Stack.of(scope).formatArn({ service, resource })
}

export const seconds = Duration.seconds

function words(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split('-')
}
