import * as z from 'zod'
import { accountId, type PolicyStatement } from '../../ports.ts'
import { anything, kind, named, type Resource, text, why } from '../kind.ts'
import type { ModelDraft, RoleModel } from '../model.ts'
import { TemplateError } from '../template-error.ts'

const one = <T extends z.ZodType>(item: T) => z.union([item.transform((value) => [value]), z.array(item)])
const conditions = z.record(z.string(), z.record(z.string(), anything))

const statement = z
  .strictObject({
    Sid: text.optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: one(z.string()).optional(),
    NotAction: one(z.string()).optional(),
    Resource: one(z.string()).optional(),
    NotResource: one(z.string()).optional(),
    Condition: conditions.optional(),
  })
  .transform(
    ({ Effect, Action = [], NotAction, Resource = [], NotResource, Condition }): PolicyStatement => ({
      effect: Effect,
      actions: Action,
      ...(NotAction && { notActions: NotAction }),
      resources: Resource,
      ...(NotResource && { notResources: NotResource }),
      ...(Condition && { conditions: Condition }),
    }),
  )

const policyDocument = z.strictObject({ Version: text.optional(), Id: text.optional(), Statement: one(statement) })

const trustPolicy = z.looseObject({
  Statement: one(
    z.looseObject({ Principal: z.union([z.string(), z.looseObject({ Service: one(z.string()).optional() })]) }),
  ),
})

const allow = (...actions: string[]): PolicyStatement => ({ effect: 'Allow', actions, resources: ['*'] })
const writeLogs = allow('logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents')

/** AWS's managed policies that the CDK attaches, as AWS's managed policy reference lists their statements. */
const managedPolicies: Record<string, PolicyStatement[]> = {
  'service-role/AWSLambdaBasicExecutionRole': [writeLogs],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    allow('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'),
    writeLogs,
  ],
  'service-role/AWSLambdaDynamoDBExecutionRole': [
    allow('dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'),
    writeLogs,
  ],
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': [writeLogs],
  AWSXRayDaemonWriteAccess: [allow('xray:PutTraceSegments', 'xray:PutTelemetryRecords')],
  CloudWatchLambdaInsightsExecutionRolePolicy: [writeLogs],
}

const roleName = named('RoleName')
const roleArn = (resource: Resource) => `arn:aws:iam::${accountId}:role/${roleName(resource)}`

const role = kind({
  honours: {
    RoleName: text.optional(),
    AssumeRolePolicyDocument: trustPolicy,
    ManagedPolicyArns: z.array(text).optional(),
    Policies: z.array(z.strictObject({ PolicyName: text, PolicyDocument: policyDocument })).optional(),
  },
  ignores: {
    Description: why.description,
    MaxSessionDuration: 'credentials last as long as the stack runs',
    Path: 'names are unique without it',
    Tags: why.tags,
  },
  ref: roleName,
  attributes: { Arn: roleArn, RoleId: roleName },
  add: (model, resource, properties) => {
    const managed = (properties.ManagedPolicyArns ?? []).flatMap((policyArn) => {
      const statements = managedPolicies[policyArn.slice(policyArn.indexOf(':policy/') + ':policy/'.length)]
      if (!statements) throw new TemplateError(`the managed policy ${policyArn} is not supported`)
      return statements
    })
    const inline = (properties.Policies ?? []).flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    const services = properties.AssumeRolePolicyDocument.Statement.flatMap(({ Principal }) =>
      typeof Principal === 'string' ? [] : (Principal.Service ?? []),
    )
    const target = roleNamed(model, roleName(resource))
    target.path = resource.path
    target.services.push(...services)
    target.statements.push(...managed, ...inline)
  },
})

const policy = kind({
  honours: { PolicyName: text, PolicyDocument: policyDocument, Roles: z.array(text) },
  ref: named('PolicyName'),
  add: (model, _resource, { PolicyDocument, Roles }) => {
    for (const name of Roles) roleNamed(model, name).statements.push(...PolicyDocument.Statement)
  },
})

// A policy may come before its role in the template: whoever is first makes the entry.
function roleNamed(model: ModelDraft, name: string) {
  const known = model.roles.find((candidate) => candidate.name === name)
  if (known) return known
  const made: RoleModel = {
    path: name,
    name,
    arn: `arn:aws:iam::${accountId}:role/${name}`,
    services: [],
    statements: [],
  }
  model.roles.push(made)
  return made
}

const managedPolicyArn = (resource: Resource) =>
  `arn:aws:iam::${accountId}:policy/${named('ManagedPolicyName')(resource)}`

const managedPolicy = kind({
  honours: { ManagedPolicyName: text.optional(), PolicyDocument: policyDocument, Roles: z.array(text).default([]) },
  ignores: { Description: why.description, Path: 'names are unique without it' },
  ref: managedPolicyArn,
  attributes: { PolicyArn: managedPolicyArn },
  add: (model, _resource, { PolicyDocument, Roles }) => {
    for (const name of Roles) roleNamed(model, name).statements.push(...PolicyDocument.Statement)
  },
})

export const identityKinds = {
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
}
