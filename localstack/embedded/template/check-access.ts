import { authorize, checkStatements } from '../iam/authorize.ts'
import type { ConditionContext } from '../iam/conditions.ts'
import { matches } from '../iam/pattern.ts'
import type { EventSourceMappingModel, RoleModel, StackModel } from './model.ts'
import { TemplateError } from './template-error.ts'

/**
 * Checks what no call through the edge would show: that machines may call their functions, mappings may read their sources, and
 * the API and schedules may call theirs. On AWS each of these fails at deployment or at the first call.
 * Throws {@link TemplateError}, one line that names who lacks what.
 */
export function checkAccess(model: StackModel): void {
  for (const role of model.roles) checkRole(role)
  for (const { path, arn: machine, definition, roleArn } of model.stateMachines) {
    const functionArns = new Set(definition.match(/arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?/g))
    for (const arn of functionArns) requireAllowed(roleOf(model, roleArn), path, 'lambda:InvokeFunction', arn)
    // A distributed Map starts an execution per item. Source: Step Functions Developer Guide, "IAM policies for Distributed Map".
    if (/"Mode"\s*:\s*"DISTRIBUTED"/.test(definition))
      requireAllowed(roleOf(model, roleArn), path, 'states:StartExecution', machine)
  }
  for (const mapping of model.eventSourceMappings) checkMapping(model, mapping)
  for (const { path, arn, notifications } of model.buckets)
    for (const { functionRef } of notifications)
      requirePermission(model, path, functionRef, { principal: 's3.amazonaws.com', sourceArn: arn })
  for (const api of model.restApis)
    for (const { path, httpMethod, resourcePath, functionRef } of api.methods) {
      const called = `${httpMethod === 'ANY' ? '*' : httpMethod}${resourcePath.replaceAll(/\{[^}]+\}/g, '*')}`
      for (const { name } of api.stages)
        requirePermission(model, path, functionRef, {
          principal: 'apigateway.amazonaws.com',
          sourceArn: `arn:aws:execute-api:us-east-1:000000000000:${api.id}/${name}/${called}`,
        })
    }
  for (const { path, arn, targets } of model.eventRules)
    for (const target of targets)
      requirePermission(model, path, target.arn, { principal: 'events.amazonaws.com', sourceArn: arn })
  for (const { path, functionName, onFailureArn } of model.asyncInvokeConfigs)
    if (onFailureArn !== undefined)
      requireAllowed(roleOfFunction(model, functionName), path, 'sqs:SendMessage', onFailureArn)
  for (const { path, arn, targets } of model.schedules)
    for (const target of targets)
      if (arn.startsWith('arn:aws:events:') && target.arn.startsWith('arn:aws:lambda:'))
        requirePermission(model, path, target.arn, { principal: 'events.amazonaws.com', sourceArn: arn })
}

function checkRole({ path, statements }: RoleModel): void {
  try {
    checkStatements(statements)
  } catch (error) {
    throw new TemplateError(`${path} (AWS::IAM::Role): ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What Lambda's pollers do in the function's role. Source: Lambda Developer Guide, "Execution role permissions". */
const pollerActions = {
  sqs: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  'dynamodb-stream': ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
} as const

function checkMapping(model: StackModel, mapping: EventSourceMappingModel): void {
  const { path, functionRef, source, eventSourceArn, onFailureArn } = mapping
  const lambda = model.functions.find(({ name }) => name === functionName(functionRef))
  if (!lambda)
    throw new TemplateError(`${path} (AWS::Lambda::EventSourceMapping): the function ${functionRef} does not exist.`)
  const role = roleOfFunction(model, lambda.name)
  for (const action of pollerActions[source.kind]) requireAllowed(role, path, action, eventSourceArn)
  if (onFailureArn !== undefined) requireAllowed(role, path, 'sqs:SendMessage', onFailureArn)
}

/** Throws {@link TemplateError} when the role does not allow the action; `path` is the resource that needs it. */
export function requireAllowed(
  role: RoleModel | undefined,
  path: string,
  action: string,
  resource: string,
  context: ConditionContext = {},
): void {
  const request = { action, resources: [resource], context }
  if (role && authorize(role.statements, request) === 'allowed') return
  throw new TemplateError(
    `${path}: the role ${role?.name ?? '(not in the template)'} does not allow ${action} on ${resource}.`,
  )
}

function requirePermission(
  model: StackModel,
  path: string,
  functionRef: string,
  caller: { principal: string; sourceArn: string },
): void {
  const isGranted = model.permissions.some(
    (permission) =>
      functionName(permission.functionRef) === functionName(functionRef) &&
      permission.principal === caller.principal &&
      (permission.sourceArn === undefined || matches(permission.sourceArn, caller.sourceArn)),
  )
  if (!isGranted)
    throw new TemplateError(`${path}: ${functionRef} has no permission for ${caller.principal} (${caller.sourceArn}).`)
}

function roleOfFunction(model: StackModel, name: string): RoleModel | undefined {
  const lambda = model.functions.find((each) => each.name === name)
  return model.roles.find((role) => role.name === lambda?.roleName)
}

function roleOf(model: StackModel, roleArn: string): RoleModel | undefined {
  return model.roles.find(({ arn }) => arn === roleArn)
}

function functionName(functionRef: string): string {
  return functionRef.replace(/^arn:aws:lambda:[^:]+:\d+:function:/, '').replace(/:.*$/, '')
}
