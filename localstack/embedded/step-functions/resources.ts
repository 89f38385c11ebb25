/** What the Resource of a Task state asks for. `callback` tasks end by SendTaskSuccess or SendTaskFailure. */
export type TaskResource =
  | { kind: 'function'; arn: string; callback: false }
  | { kind: 'lambdaInvoke'; callback: boolean }
  | { kind: 'service'; key: string; callback: boolean }

const functionArn = /^arn:aws[\w-]*:lambda:[\w-]*:\d{12}:function:[\w-]+(:(\$LATEST|[\w-]+))?$/
const integration = /^arn:aws[\w-]*:states:::([\w-]+(?::[\w-]+)*?)(\.waitForTaskToken)?$/

/**
 * Reads a Resource. A service integration's `key` is what follows `states:::`, such as `sqs:sendMessage` or
 * `aws-sdk:dynamodb:updateItem`. Undefined for what is none of these: activities, `.sync`, HTTP endpoints.
 */
export function parseResource(resource: string): TaskResource | undefined {
  if (functionArn.test(resource)) return { kind: 'function', arn: resource, callback: false }
  const [, key, waits] = integration.exec(resource) ?? []
  if (key === undefined) return undefined
  const callback = waits !== undefined
  return key === 'lambda:invoke' ? { kind: 'lambdaInvoke', callback } : { kind: 'service', key, callback }
}

/** How history and errors name an integration: `['aws-sdk:dynamodb', 'updateItem.waitForTaskToken']`. */
export function resourceNames(resource: TaskResource): { resourceType: string; resource: string } {
  const key = resource.kind === 'service' ? resource.key : 'lambda:invoke'
  const action = key.slice(key.lastIndexOf(':') + 1)
  return {
    resourceType: key.slice(0, key.lastIndexOf(':')),
    resource: resource.callback ? `${action}.waitForTaskToken` : action,
  }
}
