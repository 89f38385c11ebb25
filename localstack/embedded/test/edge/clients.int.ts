import { Readable } from 'node:stream'
import { DynamoDBClient, ListTablesCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { ListStateMachinesCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { AnswerDropped } from '../../edge/answer.ts'
import { ownDynamoDb } from '../dynamodb/own-dynamodb.ts'
import { clientOptions, ownEdge, ownFolder } from './own-edge.ts'

describe('an SDK client pointed at the edge', () => {
  it('uses DynamoDB, and gets its errors with all details', async () => {
    const db = await ownDynamoDb()
    const edge = await ownEdge({ dynamodb: db.dynamodb, streams: db.streams })
    const client = new DynamoDBClient(clientOptions(edge))
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['Tickets'])
    const Put = {
      TableName: 'Tickets',
      Item: { pk: { S: 'a' }, sk: { S: 'b' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    }
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }))
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: Put.Item }],
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/.+/) },
    })
    // With the engine held still both are surely in flight together.
    process.kill(db.enginePid(), 'SIGSTOP')
    const racing = [1, 2].map(() => client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] })))
    await expect(Promise.race(racing)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    })
    process.kill(db.enginePid(), 'SIGCONT')
    await Promise.allSettled(racing)
    await expect(client.send(new PutItemCommand({ TableName: 'Nothing', Item: Put.Item }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    client.destroy()
  })

  it('uses SQS in any region, with queue URLs at the edge, and wakes those who wait for the queue', async () => {
    const edge = await ownEdge()
    await edge.parts.queues.ensureQueue({ QueueName: 'views.fifo', FifoQueue: true, VisibilityTimeout: 60 })
    const client = new SQSClient(clientOptions(edge))
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'views.fifo' }))
    expect(QueueUrl).toBe(`${edge.origin}/000000000000/views.fifo`)
    const sent = ['1', '2', '3'].map((Id) => ({
      Id,
      MessageBody: Id,
      MessageGroupId: 'g',
      MessageDeduplicationId: Id,
    }))
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: sent }))
    expect(new Set(edge.notified)).toEqual(new Set(['sqs:views.fifo']))
    const receive = async () =>
      (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? []
    const first = await receive()
    expect(first.map((message) => message.Body)).toEqual(['1', '2', '3'])
    expect(edge.parts.queues.nextVisibleAtMs('views.fifo')).toBeGreaterThan(Date.now())
    const Entries = first.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle, VisibilityTimeout: 0 }))
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
    expect((await receive()).map((message) => message.Body)).toEqual(['1', '2', '3'])
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    })
    const created = await client.send(new CreateQueueCommand({ QueueName: 'own' }))
    await client.send(new SendMessageCommand({ QueueUrl: created.QueueUrl, MessageBody: 'x' }))
    client.destroy()
  })

  it('uses S3 with preconditions, and is refused what the store would do wrong', async () => {
    const edge = await ownEdge()
    await edge.parts.objects.ensureBucket('files')
    const client = new S3Client(clientOptions(edge))
    const at = (Key: string) => ({ Bucket: 'files', Key })
    const { ETag } = await client.send(new PutObjectCommand({ ...at('a b/ü#1.txt'), Body: 'one' }))
    expect(edge.objectEvents).toEqual([
      {
        kind: 'created',
        name: 'ObjectCreated:Put',
        bucketName: 'files',
        key: 'a b/ü#1.txt',
        etag: ETag?.replaceAll('"', ''),
        sizeBytes: 3,
        sequence: 1,
      },
    ])
    await expect(
      client.send(new PutObjectCommand({ ...at('a b/ü#1.txt'), Body: 'x', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    await client.send(new PutObjectCommand({ ...at('stream'), Body: Readable.from(['st', 'ream']), ContentLength: 6 }))
    const streamed = await client.send(new GetObjectCommand(at('stream')))
    expect(await streamed.Body?.transformToString()).toBe('stream')
    const CopySource = `files/${encodeURIComponent('a b/ü#1.txt')}`
    const copy = (CopySourceIfMatch: string | undefined) =>
      client.send(new CopyObjectCommand({ ...at('copy'), CopySource, CopySourceIfMatch }))
    await expect(copy('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await copy(ETag)
    expect(edge.objectEvents.slice(2)).toEqual([
      {
        kind: 'created',
        name: 'ObjectCreated:Copy',
        bucketName: 'files',
        key: 'copy',
        etag: ETag?.replaceAll('"', ''),
        sizeBytes: 3,
        sequence: 3,
      },
    ])
    const got = await client.send(new GetObjectCommand({ ...at('copy'), ResponseContentDisposition: 'attachment' }))
    expect(await got.Body?.transformToString()).toBe('one')
    expect(got.ContentDisposition).toBe('attachment')
    const listed = await client.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'c' }))
    expect(listed.Contents?.map((one) => one.Key)).toEqual(['copy'])
    await expect(client.send(new GetBucketCorsCommand({ Bucket: 'files' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    })
    await expect(
      client.send(new PutObjectCommand({ ...at('bad'), Body: 'x', ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })),
    ).rejects.toMatchObject({
      name: 'BadDigest',
    })
    await client.send(new DeleteObjectsCommand({ Bucket: 'files', Delete: { Objects: [{ Key: 'copy' }] } }))
    await expect(client.send(new GetObjectCommand(at('copy')))).rejects.toMatchObject({ name: 'NoSuchKey' })
    client.destroy()
  })

  it('is told that an object is missing only if it may list the bucket', async () => {
    const allow = (...actions: string[]) => [{ effect: 'Allow' as const, actions, resources: ['*'] }]
    const edge = await ownEdge(
      {},
      { roles: { READER: allow('s3:GetObject'), LISTER: allow('s3:GetObject', 's3:ListBucket') } },
    )
    await edge.parts.objects.ensureBucket('files')
    const errorOf = async (accessKeyId: string) => {
      const client = new S3Client(clientOptions(edge, accessKeyId))
      const { name } = await client.send(new GetObjectCommand({ Bucket: 'files', Key: 'none' })).catch((error) => error)
      client.destroy()
      return name
    }
    expect([await errorOf('READER'), await errorOf('LISTER')]).toEqual(['AccessDenied', 'NoSuchKey'])
  })

  it('uses Step Functions and SES through the given handlers', async () => {
    const asked: unknown[] = []
    const states = {
      handle: async (operation: string, input: Record<string, unknown>) => {
        asked.push([operation, input])
        if (operation === 'StartExecution') throw new AwsError('ExecutionAlreadyExists', 'there is one')
        return { stateMachines: [] }
      },
    }
    const ses = {
      handle: async (operation: string, input: Record<string, unknown>) => {
        asked.push([operation, input])
        if (String(input.Source).includes('bad')) throw new AwsError('MessageRejected', 'a < b & c')
        return { MessageId: 'id-1' }
      },
    }
    const edge = await ownEdge({ states, ses })
    const sfn = new SFNClient(clientOptions(edge))
    expect((await sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: 'm', name: 'n' }))).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    })
    const mail = new SESClient(clientOptions(edge))
    const email = (Source: string) =>
      mail.send(
        new SendEmailCommand({
          Source,
          Destination: { ToAddresses: ['a@example.com', 'b@example.com'] },
          Message: { Subject: { Data: 'ä & b' }, Body: { Text: { Data: 'x=1&y=2\n+' } } },
        }),
      )
    expect((await email('me@example.com')).MessageId).toBe('id-1')
    expect(asked.at(-1)).toEqual([
      'SendEmail',
      {
        Source: 'me@example.com',
        Destination: { ToAddresses: ['a@example.com', 'b@example.com'] },
        Message: { Subject: { Data: 'ä & b' }, Body: { Text: { Data: 'x=1&y=2\n+' } } },
      },
    ])
    await expect(email('bad@example.com')).rejects.toMatchObject({ name: 'MessageRejected', message: 'a < b & c' })
    sfn.destroy()
    mail.destroy()
  })
})

describe('messages and objects', () => {
  it('survive a restart, messages in order and in flight', async () => {
    const dataDir = ownFolder()
    const queue = { QueueName: 'q.fifo', FifoQueue: true }
    const send = (Id: string) => ({
      MessageBody: Id,
      MessageGroupId: Id.slice(0, 1),
      MessageDeduplicationId: Id.slice(0, 2),
    })
    const first = await ownEdge({}, { dataDir })
    await first.parts.queues.ensureQueue(queue)
    await first.parts.objects.ensureBucket('files')
    const sqs = (edge: typeof first) => (operation: string, input: Record<string, unknown>) =>
      edge.parts.queues.service.handle(
        operation,
        { QueueUrl: `${edge.origin}/000000000000/q.fifo`, ...input },
        { kind: 'developer' },
      ) as Promise<{ Messages?: { Body: string; ReceiptHandle: string }[] }>
    for (const id of ['a1', 'a2 😀', 'b1']) await sqs(first)('SendMessage', send(id))
    const taken = await sqs(first)('ReceiveMessage', { MaxNumberOfMessages: 1, VisibilityTimeout: 100 })
    await first.stop()
    await first.parts.stop()

    const second = await ownEdge({}, { dataDir })
    await second.parts.queues.ensureQueue(queue)
    const rest = await sqs(second)('ReceiveMessage', { MaxNumberOfMessages: 10 })
    expect(rest.Messages?.map((message) => message.Body)).toEqual(['b1'])
    await sqs(second)('DeleteMessage', { ReceiptHandle: taken.Messages?.[0]?.ReceiptHandle })
    const next = await sqs(second)('ReceiveMessage', { MaxNumberOfMessages: 10 })
    expect(next.Messages?.map((message) => message.Body)).toEqual(['a2 😀'])
    for (const { ReceiptHandle } of [...(rest.Messages ?? []), ...(next.Messages ?? [])]) {
      await sqs(second)('DeleteMessage', { ReceiptHandle })
    }
    await sqs(second)('SendMessage', send('c1'))
    await second.stop()
    await second.parts.stop()

    const third = await ownEdge({}, { dataDir })
    const left = await sqs(third)('ReceiveMessage', { MaxNumberOfMessages: 10 })
    expect(left.Messages?.map((message) => message.Body)).toEqual(['c1'])
  })
})

describe('interceptors', () => {
  it('wrap each call in order, can refuse it, and can drop its response after it took effect', async () => {
    const seen: string[] = []
    const db = await ownDynamoDb()
    const edge = await ownEdge(
      { dynamodb: db.dynamodb },
      {
        interceptors: [
          async (call, proceed) => {
            seen.push(`before ${call.operation}`)
            const answer = await proceed()
            seen.push(`after ${answer.status}`)
            if (call.operation === 'PutItem') throw new AnswerDropped()
            return answer
          },
          async (call, proceed) => {
            if (call.operation === 'ListTables') throw new AwsError('ThrottlingException', 'slow down')
            return proceed()
          },
        ],
      },
    )
    const client = new DynamoDBClient(clientOptions(edge))
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: 'ThrottlingException' })
    const Item = { pk: { S: 'a' }, sk: { S: 'b' } }
    await expect(client.send(new PutItemCommand({ TableName: 'Tickets', Item }))).rejects.toThrow(
      /ECONNRESET|socket hang up/,
    )
    expect(seen).toEqual(['before ListTables', 'before PutItem', 'after 200'])
    const { Item: stored } = (await db.dynamodb.handle(
      'GetItem',
      { TableName: 'Tickets', Key: Item },
      { kind: 'developer' },
    )) as { Item: unknown }
    expect(stored).toEqual(Item)
    client.destroy()
  })
})
