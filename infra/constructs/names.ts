import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'

/** A deployment, as far as names are concerned. */
export interface OfStage {
  stage: { name: string }
}

/**
 * The physical name of a resource, such as `steadfast-dev-create-ticket`. Names are fixed because people search for them in consoles, logs
 * and access errors. A fixed name prevents CloudFormation from replacing a resource;
 * test/infra/replacement.unit.ts guards that none needs it.
 */
export function physicalName({ stage }: OfStage, name: string): string {
  return `steadfast-${stage.name}-${name}`
}

/** `start-saga` → `StartSaga`: construct ids and output keys. */
export function pascalCase(name: string): string {
  return wordsIn(name)
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')
}

/** `RequestKeys` → `request-keys`: physical names. */
export function kebabCase(name: string): string {
  return wordsIn(name).join('-')
}

/** `RequestKeys` → `REQUEST_KEYS`: environment variables. */
export function constantCase(name: string): string {
  return wordsIn(name).join('_').toUpperCase()
}

/** ARN of a resource in the account and region of the stack, from its name: no stack has to import it. */
export function arnOf(scope: Construct, service: string, resource: string): string {
  return Stack.of(scope).formatArn({ service, resource })
}

function wordsIn(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split('-')
}
