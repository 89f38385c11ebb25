// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import type { Template, TemplateResource } from '../../template/assembly.ts'
import { writeAssembly } from '../template/write-assembly.ts'

/**
 * A small app with every kind of part: API → table → stream → FIFO queue → state machine (which waits) → table.
 * `POST /items/{id}` accepts an item, `GET /items/{id}` answers `{done, by}`, `DELETE /items/{id}` does what its role does not allow.
 * `mark` is in the code of the machine's function, which is called by version (`version` is in its logical id), and comes back in `by`.
 */
export function writeMiniApp(
  changes: Record<string, TemplateResource> = {},
  { mark = 'first', version = mark, waitSeconds = 1 }: { mark?: string; version?: string; waitSeconds?: number } = {},
): string {
  const workVersion = `WorkVersion${version}`
  const data: Template = {
    Resources: { Items: table(true), Results: table(false) },
    Outputs: {
      Items: { Value: { Ref: 'Items' }, Export: { Name: 'Data:Items' } },
      ItemsArn: { Value: { 'Fn::GetAtt': ['Items', 'Arn'] }, Export: { Name: 'Data:ItemsArn' } },
      ItemsStream: { Value: { 'Fn::GetAtt': ['Items', 'StreamArn'] }, Export: { Name: 'Data:ItemsStream' } },
    },
  }
  const app: Template = {
    Parameters: { JwtIssuer: { Type: 'String', Default: 'nobody' } },
    Resources: {
      ...lambda('Accept', { TABLE: { 'Fn::ImportValue': 'Data:Items' }, ISSUER: { Ref: 'JwtIssuer' } }, [
        allow(['dynamodb:PutItem', 'dynamodb:GetItem'], [{ 'Fn::ImportValue': 'Data:ItemsArn' }, resultsArn]),
      ]),
      ...lambda('Relay', { QUEUE_URL: { Ref: 'Queue' } }, [
        allow(
          ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
          [{ 'Fn::ImportValue': 'Data:ItemsStream' }],
        ),
        allow(['sqs:SendMessage'], [{ 'Fn::GetAtt': ['Queue', 'Arn'] }]),
      ]),
      ...lambda('Begin', { MACHINE: { Ref: 'Machine' } }, [
        allow(
          ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          [{ 'Fn::GetAtt': ['Queue', 'Arn'] }],
        ),
        allow(['states:StartExecution'], [{ Ref: 'Machine' }]),
      ]),
      ...lambda('Work', {}, [allow(['dynamodb:PutItem'], [resultsArn])]),
      [workVersion]: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Work' } } },
      DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          FifoQueue: true,
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 5 },
        },
      },
      Stream: mapping(
        'Relay',
        { 'Fn::ImportValue': 'Data:ItemsStream' },
        {
          StartingPosition: 'TRIM_HORIZON',
          FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
        },
      ),
      Messages: mapping('Begin', { 'Fn::GetAtt': ['Queue', 'Arn'] }, { BatchSize: 5 }),
      MachineRole: role('states', [allow(['lambda:InvokeFunction'], [{ 'Fn::Sub': '${Work.Arn}:*' }])]),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
          DefinitionString: {
            'Fn::Sub': JSON.stringify({
              StartAt: 'Rest',
              States: {
                Rest: { Type: 'Wait', Seconds: waitSeconds, Next: 'Work' },
                Work: { Type: 'Task', Resource: `\${${workVersion}}`, End: true },
              },
            }),
          },
        },
      },
      ...api('Accept', ['POST', 'GET', 'DELETE']),
      ...changes,
    },
    Outputs: {
      ApiUrl: { Value: { 'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}' } },
    },
  }
  return writeAssembly({ Data: data, App: app }, { c0de: { 'index.js': code.replace('MARK', mark) } })
}

type Statement = Record<string, unknown>

const resultsArn = { 'Fn::Sub': 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/Data-Results' }

function table(hasStream: boolean): TemplateResource {
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      ...(hasStream && { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
    },
  }
}

function allow(Action: string[], Resource: unknown[]): Statement {
  return { Effect: 'Allow', Action, Resource }
}

function role(service: string, Statement: Statement[]): TemplateResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` } }],
      },
      Policies: [{ PolicyName: 'access', PolicyDocument: { Statement } }],
    },
  }
}

function lambda(name: string, Variables: Record<string, unknown>, statements: Statement[]) {
  return {
    [`${name}Role`]: role('lambda', statements),
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: 'c0de.zip' },
        Handler: `index.${name.toLowerCase()}`,
        Runtime: 'nodejs24.x',
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        Environment: { Variables },
      },
    },
  }
}

function mapping(fn: string, EventSourceArn: unknown, more: Record<string, unknown>): TemplateResource {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: { Ref: fn }, EventSourceArn, ...more },
  }
}

function api(fn: string, methods: string[]): Record<string, TemplateResource> {
  const RestApiId = { Ref: 'Api' }
  const Uri = {
    'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${fn}.Arn}/invocations`,
  }
  const method = (HttpMethod: string): TemplateResource => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId,
      ResourceId: { Ref: 'Item' },
      HttpMethod,
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri },
    },
  })
  return {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'mini' } },
    All: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId, ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, PathPart: 'items' },
    },
    Item: { Type: 'AWS::ApiGateway::Resource', Properties: { RestApiId, ParentId: { Ref: 'All' }, PathPart: '{id}' } },
    Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties: { RestApiId } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId, StageName: 'api', DeploymentId: { Ref: 'Deployment' } },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: fn }, Principal: 'apigateway.amazonaws.com' },
    },
    ...Object.fromEntries(methods.map((name) => [`${name}Item`, method(name)])),
  }
}

/** Speaks the AWS JSON protocol by hand, so that the bundle needs no SDK. */
const code = `
const aws = async (target, input) => {
  const [service] = target.toLowerCase().replace('amazon', '').split(/[_.]/)
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/' + service +
        '/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  })
  const answer = await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.message ?? answer.Message), { name: answer.__type.replace(/^.*#/, '') })
  return answer
}
const dynamo = (operation, input) => aws('DynamoDB_20120810.' + operation, input)
const key = (id) => ({ pk: { S: id } })

exports.accept = async ({ httpMethod, pathParameters: { id } }) => {
  const TableName = process.env.TABLE
  if (httpMethod === 'POST') {
    await dynamo('PutItem', { TableName, Item: key(id) })
    return { statusCode: 201, body: JSON.stringify({ id, issuer: process.env.ISSUER }) }
  }
  if (httpMethod === 'GET') {
    const { Item } = await dynamo('GetItem', { TableName: 'Data-Results', Key: key(id), ConsistentRead: true })
    return { statusCode: 200, body: JSON.stringify({ done: Item !== undefined, by: Item?.by.S }) }
  }
  const refusal = await dynamo('DeleteItem', { TableName, Key: key(id) }).catch((error) => error.name)
  return { statusCode: 200, body: JSON.stringify({ refusal }) }
}

exports.relay = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    const id = dynamodb.Keys.pk.S
    await aws('AmazonSQS.SendMessage', {
      QueueUrl: process.env.QUEUE_URL, MessageBody: id, MessageGroupId: id, MessageDeduplicationId: id,
    })
  }
}

exports.begin = async ({ Records }) => {
  for (const { body } of Records)
    await aws('AWSStepFunctions.StartExecution', {
      stateMachineArn: process.env.MACHINE, name: body, input: JSON.stringify({ id: body }),
    })
}

exports.work = async ({ id }) => {
  await dynamo('PutItem', { TableName: 'Data-Results', Item: { ...key(id), by: { S: 'MARK' } } })
  return { id }
}
`
