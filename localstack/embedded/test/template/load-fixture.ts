// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { rmSync } from 'node:fs'
import type { Template, TemplateResource } from '../../template/assembly.ts'
import { type LoadOptions, loadModel } from '../../template/load.ts'
import { writeAssembly } from './write-assembly.ts'

const made: string[] = []

/** For `afterEach`. */
export function removeAssemblies(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
}

export function load(
  stacks: Record<string, Template>,
  options: Partial<LoadOptions> & { assets?: Record<string, Record<string, string>> } = {},
) {
  const { assets, ...rest } = options
  const assemblyDir = writeAssembly(stacks, assets)
  made.push(assemblyDir)
  return loadModel({
    assemblyDir,
    parameters: {},
    endpointUrl: 'http://127.0.0.1:4566',
    functionVersion: () => 7,
    ...rest,
  })
}

export function loadResources(Resources: Record<string, TemplateResource>, rest: Omit<Template, 'Resources'> = {}) {
  return load({ App: { Resources, ...rest } })
}

export const queue: TemplateResource = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } }
export const table: TemplateResource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    SSESpecification: { SSEEnabled: true },
  },
}
export const role: TemplateResource = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    },
    ManagedPolicyArns: [
      {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        ],
      },
    ],
    Policies: [
      {
        PolicyName: 'access',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
        },
      },
    ],
  },
}
export const lambda: TemplateResource = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'c0de.zip' },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { QUEUE_URL: { Ref: 'Queue' } } },
  },
}
export const code = { c0de: { 'index.js': 'exports.handler = async () => 1' } }

/** The value that an expression resolves to, seen through an SSM parameter. */
export function resolved(expression: unknown, rest: Omit<Template, 'Resources'> = {}, others = {}) {
  const model = loadResources(
    { ...others, Probe: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: expression } } },
    rest,
  )
  return model.ssmParameters[0]?.value
}
