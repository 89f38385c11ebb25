import { DeleteItemCommand, DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import type { PolicyStatement } from '../../ports.ts'
import { ownDynamoDb, put } from '../dynamodb/own-dynamodb.ts'
import { clientOptions, ownEdge } from '../edge/own-edge.ts'

const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/Tickets'
const appendOnly: PolicyStatement[] = [
  { effect: 'Allow', actions: ['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'], resources: [table] },
]
const Item = { pk: { S: 'a' }, sk: { S: 'HEADER' } }
const who = 'User: arn:aws:sts::000000000000:assumed-role/WRITER-role/my-function is not authorized to perform:'

describe("a function's role, through the edge", () => {
  it("decides on each call and on each action of a transaction, with AWS's message", async () => {
    const db = await ownDynamoDb()
    await put(db, 'a')
    const edge = await ownEdge({ dynamodb: db.dynamodb }, { roles: { WRITER: appendOnly } })
    const client = new DynamoDBClient(clientOptions(edge, 'WRITER'))
    const developer = new DynamoDBClient(clientOptions(edge))
    await client.send(new PutItemCommand({ TableName: 'Tickets', Item }))
    await expect(client.send(new DeleteItemCommand({ TableName: 'Tickets', Key: Item }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `${who} dynamodb:DeleteItem on resource: ${table} because no identity-based policy allows the dynamodb:DeleteItem action`,
      $metadata: { httpStatusCode: 400 },
    })
    const Update = {
      TableName: 'Tickets',
      Key: Item,
      UpdateExpression: 'SET x = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    }
    const Put = { TableName: 'Tickets', Item: { ...Item, sk: { S: 'other' } } }
    await expect(
      client.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }, { Update }] })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:UpdateItem'),
    })
    const { Count } = (await db.dynamodb.handle('Scan', { TableName: 'Tickets' }, { kind: 'developer' })) as {
      Count: number
    }
    expect(Count).toBe(1)
    expect(edge.warnings[0]).toBe(
      `my-function may not dynamodb:DeleteItem: the statement "Allow dynamodb:PutItem, dynamodb:ConditionCheckItem on ${table}" lacks the action dynamodb:DeleteItem (role WRITER-role)`,
    )
    await developer.send(new DeleteItemCommand({ TableName: 'Tickets', Key: Item }))
    client.destroy()
    developer.destroy()
  })

  it("is checked for every service, with the service's own error", async () => {
    const never = { handle: () => Promise.reject(new Error('must not be reached')) }
    const edge = await ownEdge({ states: never, ses: never }, { roles: { NOBODY: [] } })
    await edge.parts.queues.ensureQueue({ QueueName: 'q' })
    await edge.parts.objects.ensureBucket('files')
    const options = clientOptions(edge, 'NOBODY')
    const sqs = new SQSClient(options)
    const s3 = new S3Client({ ...options, forcePathStyle: true })
    const sfn = new SFNClient(options)
    const ses = new SESClient(options)
    const QueueUrl = `${edge.origin}/000000000000/q`
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:q '),
    })
    await expect(s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    })
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: 'm' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    const email = { Source: 'a@b.c', Destination: {}, Message: { Subject: { Data: '' }, Body: {} } }
    await expect(ses.send(new SendEmailCommand(email))).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(edge.notified).toEqual([])
    for (const client of [sqs, s3, sfn, ses]) client.destroy()
  })
})
