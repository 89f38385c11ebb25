// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { afterEach, describe, expect, it } from 'vitest'
import { code, lambda, load, loadResources, queue, removeAssemblies, resolved, role, table } from './load-fixture.ts'

afterEach(removeAssemblies)

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
