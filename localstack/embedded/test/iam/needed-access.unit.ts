import { describe, expect, it } from 'vitest'
import { neededAccess } from '../../iam/needed-access.ts'

const lookups = {
  keyNames: (tableName: string) => (tableName === 'Unknown' ? undefined : { partition: 'pk', sort: 'sk' }),
  stateMachineArns: () => ['machine-arn'],
}
const needed = (service: string, operation: string, input: Record<string, unknown>) =>
  neededAccess({ service, operation, input, principal: { kind: 'developer' } }, lookups)
const table = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`
const short = (service: string, operation: string, input: Record<string, unknown>) =>
  needed(service, operation, input).map(({ action, resources }) => [action, ...resources])
const Key = { pk: { S: 'p' }, sk: { S: 's' } }
const on = (TableName: string) => ({ TableName, Key })

describe('the permissions that a call needs', () => {
  it.each([
    ['PutItem', { TableName: 'T', Item: Key }, [['dynamodb:PutItem', table('T')]]],
    ['Query', { TableName: 'T', IndexName: 'byStatus' }, [['dynamodb:Query', `${table('T')}/index/byStatus`]]],
    [
      'TransactWriteItems',
      {
        TransactItems: [
          { Put: { ...on('A'), Item: Key } },
          { Update: on('B') },
          { Delete: on('C') },
          { ConditionCheck: on('D') },
        ],
      },
      [
        ['dynamodb:PutItem', table('A')],
        ['dynamodb:UpdateItem', table('B')],
        ['dynamodb:DeleteItem', table('C')],
        ['dynamodb:ConditionCheckItem', table('D')],
      ],
    ],
    ['TransactGetItems', { TransactItems: [{ Get: on('A') }] }, [['dynamodb:GetItem', table('A')]]],
    [
      'BatchWriteItem',
      { RequestItems: { A: [{ DeleteRequest: { Key } }], B: [{ PutRequest: { Item: Key } }] } },
      [
        ['dynamodb:BatchWriteItem', table('A')],
        ['dynamodb:BatchWriteItem', table('B')],
      ],
    ],
    [
      'ExecuteStatement',
      { Statement: 'DELETE FROM "Events" WHERE pk=\'x\'' },
      [['dynamodb:PartiQLDelete', table('Events')]],
    ],
    ['ExecuteStatement', { Statement: 'UPDATE Events SET a=1' }, [['dynamodb:PartiQLUpdate', table('Events')]]],
    [
      'ExecuteStatement',
      { Statement: 'select * from "T"."byStatus"' },
      [['dynamodb:PartiQLSelect', `${table('T')}/index/byStatus`]],
    ],
    ['ExecuteStatement', { Statement: '-- odd' }, [['dynamodb:PartiQLSelect', 'unreadable statement']]],
    [
      'ExecuteTransaction',
      {
        TransactStatements: [
          { Statement: 'INSERT INTO "T" VALUE {}' },
          { Statement: "EXISTS(SELECT * FROM T WHERE pk='a')" },
        ],
      },
      [
        ['dynamodb:PartiQLInsert', table('T')],
        ['dynamodb:PartiQLSelect', table('T')],
      ],
    ],
    ['ListTables', {}, [['dynamodb:ListTables', '*']]],
  ] as [string, Record<string, unknown>, string[][]][])('DynamoDB %s %j', (operation, input, expected) => {
    expect(short('dynamodb', operation, input)).toEqual(expected)
  })

  const queue = 'arn:aws:sqs:us-east-1:000000000000:q.fifo'
  const QueueUrl = 'http://127.0.0.1:4566/000000000000/q.fifo'
  const bucket = 'arn:aws:s3:::b'
  const lambda = 'arn:aws:lambda:us-east-1:000000000000:function'
  it.each([
    ['sqs', 'SendMessageBatch', { QueueUrl }, [['sqs:SendMessage', queue]]],
    ['sqs', 'DeleteMessageBatch', { QueueUrl }, [['sqs:DeleteMessage', queue]]],
    ['sqs', 'GetQueueUrl', { QueueName: 'q.fifo' }, [['sqs:GetQueueUrl', queue]]],
    ['sqs', 'StartMessageMoveTask', { SourceArn: queue }, [['sqs:StartMessageMoveTask', queue]]],
    ['sqs', 'ListQueues', {}, [['sqs:ListQueues', '*']]],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k/x' }, [['s3:GetObject', `${bucket}/k/x`]]],
    [
      's3',
      'CopyObject',
      { Bucket: 'b', Key: 'to', CopySource: { Bucket: 'c', Key: 'from' } },
      [
        ['s3:PutObject', `${bucket}/to`],
        ['s3:GetObject', 'arn:aws:s3:::c/from'],
      ],
    ],
    [
      's3',
      'DeleteObjects',
      { Bucket: 'b', Objects: [{ Key: 'x' }, { Key: 'y', VersionId: 'v' }] },
      [
        ['s3:DeleteObject', `${bucket}/x`],
        ['s3:DeleteObjectVersion', `${bucket}/y`],
      ],
    ],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k', VersionId: 'v' }, [['s3:GetObjectVersion', `${bucket}/k`]]],
    ['s3', 'ListObjectVersions', { Bucket: 'b' }, [['s3:ListBucketVersions', bucket]]],
    ['s3', 'ListParts', { Bucket: 'b', Key: 'k' }, [['s3:ListMultipartUploadParts', `${bucket}/k`]]],
    ['s3', 'ListObjectsV2', { Bucket: 'b' }, [['s3:ListBucket', bucket]]],
    ['s3', 'ListBuckets', { Bucket: '' }, [['s3:ListAllMyBuckets', '*']]],
    ['states', 'StartExecution', { stateMachineArn: 'm' }, [['states:StartExecution', 'm']]],
    ['states', 'StopExecution', { executionArn: 'e' }, [['states:StopExecution', 'e']]],
    [
      'states',
      'TestState',
      { roleArn: 'r', revealSecrets: true },
      [
        ['states:TestState', '*'],
        ['states:RevealSecrets', '*'],
        ['iam:PassRole', 'r'],
      ],
    ],
    ['states', 'TestState', { roleArn: 'r', mock: { result: '1' } }, [['states:TestState', '*']]],
    [
      'states',
      'UpdateStateMachine',
      { stateMachineArn: 'm', roleArn: 'r' },
      [
        ['states:UpdateStateMachine', 'm'],
        ['iam:PassRole', 'r'],
      ],
    ],
    [
      'fis',
      'CreateExperimentTemplate',
      { roleArn: 'r', actions: { one: { actionId: 'aws:fis:wait' } } },
      [
        ['fis:CreateExperimentTemplate', 'arn:aws:fis:us-east-1:000000000000:action/aws:fis:wait'],
        ['fis:CreateExperimentTemplate', 'arn:aws:fis:us-east-1:000000000000:experiment-template/*'],
        ['iam:PassRole', 'r'],
      ],
    ],
    [
      'fis',
      'StartExperiment',
      { experimentTemplateId: 'EXT1' },
      [
        ['fis:StartExperiment', 'arn:aws:fis:us-east-1:000000000000:experiment-template/EXT1'],
        ['fis:StartExperiment', 'arn:aws:fis:us-east-1:000000000000:experiment/*'],
      ],
    ],
    [
      'fis',
      'StopExperiment',
      { id: 'EXP1' },
      [['fis:StopExperiment', 'arn:aws:fis:us-east-1:000000000000:experiment/EXP1']],
    ],
    ['states', 'SendTaskSuccess', { taskToken: 't' }, [['states:SendTaskSuccess', 'machine-arn', '*']]],
    ['lambda', 'Invoke', { FunctionName: 'f', Qualifier: '3' }, [['lambda:InvokeFunction', `${lambda}:f:3`]]],
    ['lambda', 'Invoke', { FunctionName: `${lambda}:f:4` }, [['lambda:InvokeFunction', `${lambda}:f:4`]]],
    [
      'ses',
      'SendEmail',
      { Source: 'Us <us@example.com>' },
      [
        [
          'ses:SendEmail',
          'arn:aws:ses:us-east-1:000000000000:identity/us@example.com',
          'arn:aws:ses:us-east-1:000000000000:identity/example.com',
        ],
      ],
    ],
    ['sts', 'GetCallerIdentity', {}, []],
    ['other', 'Thing', {}, [['other:Thing', '*']]],
  ] as [string, string, Record<string, unknown>, string[][]][])('%s %s %j', (service, operation, input, expected) => {
    expect(short(service, operation, input)).toEqual(expected)
  })
})

describe('the condition keys of a DynamoDB call', () => {
  const context = (operation: string, input: Record<string, unknown>) =>
    needed('dynamodb', operation, input)[0]?.context ?? {}

  it('contain the leading keys', () => {
    expect(context('GetItem', on('T'))['dynamodb:leadingkeys']).toEqual(['p'])
    const RequestItems = { T: [{ DeleteRequest: { Key } }, { PutRequest: { Item: { pk: { S: 'q' } } } }] }
    expect(context('BatchWriteItem', { RequestItems })['dynamodb:leadingkeys']).toEqual(['p', 'q'])
    const query = {
      TableName: 'T',
      KeyConditionExpression: 'begins_with(sk, :s) AND #p = :p',
      ExpressionAttributeNames: { '#p': 'pk' },
      ExpressionAttributeValues: { ':p': { S: 'tenant' }, ':s': { S: 'x' } },
    }
    expect(context('Query', query)['dynamodb:leadingkeys']).toEqual(['tenant'])
    expect(context('Scan', { TableName: 'T' })['dynamodb:leadingkeys']).toBeUndefined()
    expect(context('GetItem', on('Unknown'))['dynamodb:leadingkeys']).toBeUndefined()
  })

  it('contain the attributes', () => {
    const update = {
      ...on('T'),
      UpdateExpression: 'SET #a.inner[0] = if_not_exists(b, :v), c = :w REMOVE d',
      ConditionExpression: 'attribute_exists(e) AND NOT f IN (:x)',
      ExpressionAttributeNames: { '#a': 'first' },
    }
    expect(context('UpdateItem', update)['dynamodb:attributes']).toEqual(['pk', 'sk', 'first', 'b', 'c', 'd', 'e', 'f'])
  })
})
