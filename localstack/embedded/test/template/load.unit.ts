// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Template, TemplateResource } from '../../template/assembly.ts'
import { type LoadOptions, loadModel } from '../../template/load.ts'
import { writeAssembly } from './write-assembly.ts'

const made: string[] = []
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
})

function load(
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

function loadResources(Resources: Record<string, TemplateResource>, rest: Omit<Template, 'Resources'> = {}) {
  return load({ App: { Resources, ...rest } })
}

/** The value that an expression resolves to, seen through an SSM parameter. */
function resolved(expression: unknown, rest: Omit<Template, 'Resources'> = {}, others = {}) {
  const model = loadResources(
    { ...others, Probe: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: expression } } },
    rest,
  )
  return model.ssmParameters[0]?.value
}

const queue: TemplateResource = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } }
const table: TemplateResource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    SSESpecification: { SSEEnabled: true },
  },
}
const role: TemplateResource = {
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
const lambda: TemplateResource = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'c0de.zip' },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { QUEUE_URL: { Ref: 'Queue' } } },
  },
}
const code = { c0de: { 'index.js': 'exports.handler = async () => 1' } }

describe('a reference in a template', () => {
  it('is resolved in every intrinsic function', () => {
    expect(resolved({ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] })).toBe('a-us-east-1-1')
    expect(resolved({ 'Fn::Sub': '${AWS::AccountId}/${Queue}/${Queue.Arn}/${!Left}' }, {}, { Queue: queue })).toBe(
      '000000000000/http://127.0.0.1:4566/000000000000/App-Queue.fifo/arn:aws:sqs:us-east-1:000000000000:App-Queue.fifo/${Left}',
    )
    expect(resolved({ 'Fn::Sub': ['${x}:${y}', { x: 'one', y: { Ref: 'AWS::StackName' } }] })).toBe('one:App')
    expect(resolved({ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] })).toBe('b')
    expect(resolved({ 'Fn::Base64': 'hello' })).toBe('aGVsbG8=')
    expect(
      resolved({ 'Fn::FindInMap': ['M', { Ref: 'AWS::Partition' }, 'k'] }, { Mappings: { M: { aws: { k: 'v' } } } }),
    ).toBe('v')
  })

  it('follows conditions, and omits what a condition removes', () => {
    const Conditions = {
      IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      IsThere: { 'Fn::Not': [{ Condition: 'IsHere' }] },
      Both: { 'Fn::And': [{ Condition: 'IsHere' }, { Condition: 'IsThere' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsHere' }, { Condition: 'IsThere' }] },
    }
    expect(resolved({ 'Fn::If': ['Both', 'yes', 'no'] }, { Conditions })).toBe('no')
    expect(resolved({ 'Fn::If': ['Either', 'yes', 'no'] }, { Conditions })).toBe('yes')
    const model = loadResources(
      { Away: { ...queue, Condition: 'IsThere' }, Here: { ...queue, Condition: 'IsHere' } },
      { Conditions },
    )
    expect(model.queues.map(({ name }) => name)).toEqual(['App-Here.fifo'])
    const slow = { ...queue, Properties: { DelaySeconds: { 'Fn::If': ['IsThere', 5, { Ref: 'AWS::NoValue' }] } } }
    expect(loadResources({ Slow: slow }, { Conditions }).queues[0]?.attributes).toEqual({})
  })

  it('may be in another stack', () => {
    const model = load({
      Reader: {
        Resources: {
          Probe: {
            Type: 'AWS::SSM::Parameter',
            Properties: { Type: 'String', Value: { 'Fn::ImportValue': 'Data:Table' } },
          },
        },
      },
      Data: {
        Resources: { Tickets: table },
        Outputs: { X: { Value: { Ref: 'Tickets' }, Export: { Name: 'Data:Table' } } },
      },
    })
    expect(model.ssmParameters[0]?.value).toBe('Data-Tickets')
    expect(model.outputs.Data).toEqual({ X: 'Data-Tickets' })
  })

  it('may be a parameter whose pattern the whole value matches, and no other', () => {
    const Parameters = { Issuer: { Type: 'String', AllowedPattern: 'https://.+' } }
    const stack = { Parameters, Outputs: { Issuer: { Value: { Ref: 'Issuer' } } } }
    const given = (Issuer: string) => load({ App: stack }, { parameters: { Issuer } }).outputs.App
    expect(given('https://one')).toEqual({ Issuer: 'https://one' })
    expect(() => given('not https://one')).toThrow('App: the parameter Issuer does not allow not https://one.')
  })

  it('may be a parameter, given or by default', () => {
    const stack: Template = {
      Parameters: { Given: { Type: 'String', Default: 'no' }, Defaulted: { Type: 'Number', Default: 5 } },
      Outputs: { Both: { Value: { 'Fn::Sub': '${Given} ${Defaulted}' } } },
    }
    expect(load({ App: stack }, { parameters: { Given: 'yes' } }).outputs.App).toEqual({ Both: 'yes 5' })
    expect(() => load({ App: { ...stack, Parameters: { Given: { Type: 'String' } } } })).toThrow(
      'App: the parameter Given has no value.',
    )
  })

  it('is refused when its target does not exist, or when the intrinsic function is unknown', () => {
    expect(() => resolved({ Ref: 'Nobody' })).toThrow('App: the resource Nobody does not exist')
    expect(() => resolved({ 'Fn::GetAtt': ['Queue', 'Colour'] }, {}, { Queue: queue })).toThrow(
      'attribute Colour is not supported',
    )
    expect(() => resolved({ 'Fn::Transform': {} })).toThrow('the intrinsic function Fn::Transform is not supported')
    expect(() => resolved({ 'Fn::ImportValue': 'nothing' })).toThrow('no stack exports nothing')
    expect(() => resolved('{{resolve:ssm:/secret}}')).toThrow('dynamic reference')
  })
})

describe('a template with something unsupported', () => {
  it('stops the start with the name and type of an unsupported resource', () => {
    expect(() => loadResources({ Cache: { Type: 'AWS::ElastiCache::CacheCluster' } })).toThrow(
      'App/Some/Cache (AWS::ElastiCache::CacheCluster, logical id Cache): the embedded stack does not support this type.',
    )
  })

  it('stops the start for a custom resource, by name', () => {
    expect(() => loadResources({ Empty: { Type: 'Custom::S3AutoDeleteObjects' } })).toThrow(
      'App/Some/Empty (Custom::S3AutoDeleteObjects, logical id Empty): custom resources are not supported by the embedded stack.',
    )
  })

  it('names an unsupported property at any depth', () => {
    const odd = {
      ...queue,
      Properties: { ShinyNewOption: 1, RedrivePolicy: { maxReceiveCount: 1, deadLetterTargetArn: 'a', extra: 1 } },
    }
    expect(() => loadResources({ Odd: odd })).toThrow(
      'App/Some/Odd (AWS::SQS::Queue, logical id Odd): the embedded stack does not support the property RedrivePolicy.extra; the embedded stack does not support the property ShinyNewOption.',
    )
  })

  it('names a property with an unsupported value', () => {
    const odd = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: '{}', RoleArn: 'r', StateMachineType: 'EXPRESS' },
    }
    expect(() => loadResources({ Odd: odd })).toThrow(
      'property StateMachineType: express workflows are not supported by the embedded stack',
    )
  })

  it('is refused for a rule of events that nothing publishes, and for a rule of none', () => {
    const rule = (Properties: Record<string, unknown>) =>
      load(
        { App: { Resources: { Odd: { Type: 'AWS::Events::Rule', Properties } } } },
        { events: [{ source: 'app.orders', detailType: 'Order placed' }] },
      )
    const pattern = { source: ['app.orders'], 'detail-type': ['Order placed'] }
    expect(() => rule({ EventPattern: { ...pattern, source: ['aws.s3'] } })).toThrow(
      'property EventPattern: nothing publishes "Order placed" of aws.s3 here',
    )
    expect(() => rule({ EventPattern: { ...pattern, 'detail-type': ['Order lost'] } })).toThrow(
      'nothing publishes "Order lost" of app.orders here',
    )
    expect(() => rule({ EventPattern: { source: ['app.orders'] } })).toThrow('EventPattern.detail-type')
    expect(() => rule({ EventPattern: { ...pattern, account: ['1'] } })).toThrow('EventPattern.account')
    expect(() => rule({})).toThrow('a rule needs either a ScheduleExpression or an EventPattern')
    expect(() => rule({ EventPattern: pattern, ScheduleExpression: 'rate(1 day)' })).toThrow(
      'a rule needs either a Schedule',
    )
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:q'
    expect(() => rule({ EventPattern: pattern, Targets: [{ Id: 't', Arn: queueArn }] })).toThrow('is not a function')
    const { eventRules, schedules } = rule({ EventPattern: pattern })
    expect([eventRules.map((each) => each.pattern), schedules]).toEqual([[JSON.stringify(pattern)], []])
  })

  it('is reported in one line', () => {
    try {
      loadResources({ Odd: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { A: 1, B: [{}] } } })
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain('\n')
    }
  })
})

describe('the model', () => {
  it('gives a table its name, its properties and a stream that a role may read', () => {
    const [tickets] = loadResources({ Tickets: table }).tables
    expect(tickets?.properties).toEqual({
      TableName: 'App-Tickets',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    })
    expect(resolved({ 'Fn::GetAtt': ['Tickets', 'StreamArn'] }, {}, { Tickets: table })).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/App-Tickets/stream/*',
    )
  })

  it('gives a function its code, settings and environment', () => {
    const model = load({ App: { Resources: { Queue: queue, Role: role, Fn: lambda } } }, { assets: code })
    expect(model.functions).toMatchObject([
      {
        name: 'App-Fn',
        handler: 'index.handler',
        environment: { QUEUE_URL: 'http://127.0.0.1:4566/000000000000/App-Queue.fifo' },
        timeoutSeconds: 3,
        memoryMb: 128,
        roleName: 'App-Role',
      },
    ])
    expect(model.functions[0]?.codeDir).toMatch(/asset\.c0de$/)
  })

  it('gives a role the statements of all its policies, wherever they are declared', () => {
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'more',
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: {
          Statement: {
            Effect: 'Deny',
            Action: ['dynamodb:DeleteItem'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
          },
        },
      },
    }
    expect(loadResources({ Before: policy, Queue: queue, Role: role }).roles).toEqual([
      {
        path: 'App/Some/Role',
        name: 'App-Role',
        arn: 'arn:aws:iam::000000000000:role/App-Role',
        services: ['lambda.amazonaws.com'],
        statements: [
          {
            effect: 'Deny',
            actions: ['dynamodb:DeleteItem'],
            resources: ['*'],
            conditions: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
          },
          {
            effect: 'Allow',
            actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: ['*'],
          },
          {
            effect: 'Allow',
            actions: ['sqs:SendMessage'],
            resources: ['arn:aws:sqs:us-east-1:000000000000:App-Queue.fifo'],
          },
        ],
      },
    ])
  })

  it('refuses an unsupported managed policy', () => {
    const wide = {
      ...role,
      Properties: { ...role.Properties, ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
    }
    expect(() => loadResources({ Queue: queue, Role: wide })).toThrow(
      'managed policy arn:aws:iam::aws:policy/AdministratorAccess',
    )
  })

  it('gives versions the assigned number', () => {
    const version = { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } }
    const machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        DefinitionString: { 'Fn::Join': ['', ['{"Resource":"', { Ref: 'V1' }, '","Other":"${Name}"}']] },
        DefinitionSubstitutions: { Name: 'put "in"' },
      },
    }
    const Resources = { Queue: queue, Role: role, Fn: lambda, V1: version, Saga: machine }
    const model = load({ App: { Resources } }, { assets: code })
    expect(model.functionVersions).toMatchObject([{ functionName: 'App-Fn', logicalId: 'V1', version: '7' }])
    expect(JSON.parse(model.stateMachines[0]?.definition ?? '')).toEqual({
      Resource: 'arn:aws:lambda:us-east-1:000000000000:function:App-Fn:7',
      Other: 'put "in"',
    })
  })

  it('reads mappings of streams and queues with their settings', () => {
    const mapping = (Properties: Record<string, unknown>) => ({ Type: 'AWS::Lambda::EventSourceMapping', Properties })
    const model = loadResources({
      Tickets: table,
      Queue: queue,
      Stream: mapping({
        EventSourceArn: { 'Fn::GetAtt': ['Tickets', 'StreamArn'] },
        FunctionName: 'relay',
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: '10',
        BisectBatchOnFunctionError: true,
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
      }),
      Messages: mapping({
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: 'view',
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        Enabled: false,
      }),
    })
    expect(model.eventSourceMappings).toMatchObject([
      {
        id: 'App-Stream',
        source: { kind: 'dynamodb-stream', tableName: 'App-Tickets' },
        batchSize: 10,
        startingPosition: 'TRIM_HORIZON',
        filterPatterns: ['{"eventName":["INSERT"]}'],
        bisectBatchOnFunctionError: true,
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:App-Queue.fifo',
        enabled: true,
      },
      { source: { kind: 'sqs', queueName: 'App-Queue.fifo' }, reportBatchItemFailures: true, enabled: false },
    ])
  })

  it('assembles a REST API from its parts, with its local URL', () => {
    const api = { Ref: 'Api' }
    const model = load(
      {
        App: {
          Resources: {
            Method: {
              Type: 'AWS::ApiGateway::Method',
              Properties: {
                HttpMethod: 'GET',
                RestApiId: api,
                ResourceId: { Ref: 'One' },
                AuthorizationType: 'NONE',
                Integration: {
                  Type: 'AWS_PROXY',
                  IntegrationHttpMethod: 'POST',
                  Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:F/invocations',
                },
              },
            },
            One: {
              Type: 'AWS::ApiGateway::Resource',
              Properties: { PathPart: '{id}', RestApiId: api, ParentId: { Ref: 'All' } },
            },
            All: {
              Type: 'AWS::ApiGateway::Resource',
              Properties: {
                PathPart: 'tickets',
                RestApiId: api,
                ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
              },
            },
            Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
            Stage: {
              Type: 'AWS::ApiGateway::Stage',
              Properties: { StageName: 'api', RestApiId: api, DeploymentId: 'd' },
            },
          },
          Outputs: {
            ApiUrl: { Value: { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}' } },
          },
        },
      },
      { endpointUrl: 'http://127.0.0.1:5000' },
    )
    expect(model.restApis).toMatchObject([
      {
        stages: [{ name: 'api', variables: {} }],
        methods: [
          {
            resourcePath: '/tickets/{id}',
            httpMethod: 'GET',
            functionRef: 'arn:aws:lambda:us-east-1:000000000000:function:F',
            timeoutMs: 29_000,
          },
        ],
      },
    ])
    expect(model.outputs.App).toEqual({ ApiUrl: 'http://127.0.0.1:5000/api' })
  })
})
