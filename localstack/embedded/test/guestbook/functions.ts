import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { APIGatewayProxyEvent, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda'

const { TABLE, BUCKET, QUEUE_URL, MACHINE } = process.env
const dynamo = new DynamoDBClient()
const s3 = new S3Client({ forcePathStyle: true })
const sqs = new SQSClient()
const sfn = new SFNClient()

/** `PUT` writes an entry, `GET` answers its text and whether it is filed. */
export async function entry({ httpMethod, pathParameters, body }: APIGatewayProxyEvent) {
  const id = pathParameters?.id ?? ''
  if (httpMethod === 'PUT') {
    await dynamo.send(new PutItemCommand({ TableName: TABLE, Item: { id: { S: id }, text: { S: body ?? '' } } }))
    return { statusCode: 201, body: '' }
  }
  const { Item } = await dynamo.send(new GetItemCommand({ TableName: TABLE, Key: { id: { S: id } } }))
  if (!Item) return { statusCode: 404, body: '' }
  const filed = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: id })).then(
    () => true,
    () => false,
  )
  return { statusCode: 200, body: JSON.stringify({ text: Item.text?.S, filed }) }
}

export async function relay({ Records }: DynamoDBStreamEvent) {
  for (const { dynamodb } of Records)
    await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: JSON.stringify(dynamodb?.NewImage) }))
}

export async function begin({ Records }: SQSEvent) {
  for (const { body } of Records) await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE, input: body }))
}

export async function file({ id, text }: { id: { S: string }; text: { S: string } }) {
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: id.S, Body: text.S }))
}
