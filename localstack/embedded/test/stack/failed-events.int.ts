// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it } from 'vitest'
import { startEmbeddedStack } from '../../stack.ts'
import type { TemplateResource } from '../../template/assembly.ts'
import { writeMiniApp } from './mini-app.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const deadLetters = { 'Fn::GetAtt': ['Failures', 'Arn'] }

/** `Work` hears of each object, which it does not understand. It fails without retries, and what failed is kept in `Failures`. */
const failing: Record<string, TemplateResource> = {
  Failures: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failures' } },
  WorkRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }] },
      Policies: [
        {
          PolicyName: 'access',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [deadLetters] }],
          },
        },
      ],
    },
  },
  WorkFailures: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'Work' },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: deadLetters } },
    },
  },
  BucketPermission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
      Principal: 's3.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::Sub': 'arn:aws:s3:::uploads' },
    },
  },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: 'uploads',
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: {
        LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: { 'Fn::GetAtt': ['Work', 'Arn'] } }],
      },
    },
  },
}

async function start(dataDir: string, assemblyDir: string) {
  const log = { info: () => {}, warn: () => {} }
  const stack = await startEmbeddedStack({ assemblyDir, dataDir, port: 0, log })
  closers.push(stack.stop)
  const client = {
    endpoint: stack.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const put = () =>
    new S3Client({ ...client, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: 'uploads', Key: 'file', Body: 'hello' }),
    )
  const QueueUrl = `${stack.url}/000000000000/failures`
  const received = async (WaitTimeSeconds = 20) => {
    const { Messages } = await new SQSClient(client).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }))
    return Messages?.map(({ Body }) => JSON.parse(Body ?? '{}'))
  }
  return { stack, put, received }
}

describe('an event of a bucket that its function fails on', () => {
  it('is kept whole in the dead-letter queue of the function', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-failed-'))
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
    const assemblyDir = writeMiniApp(failing)
    closers.push(() => rmSync(assemblyDir, { recursive: true }))
    const { put, received } = await start(dataDir, assemblyDir)
    await put()
    expect(await received()).toMatchObject([
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
        requestPayload: { Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'file', size: 5 } } }] },
        responseContext: { functionError: 'Unhandled' },
      },
    ])
  })
})

describe('an event of a bucket whose function is throttled', () => {
  it('waits over a stop, and reaches the function after the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-throttled-'))
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
    const assemblyDir = writeMiniApp(failing)
    closers.push(() => rmSync(assemblyDir, { recursive: true }))
    const first = await start(dataDir, assemblyDir)
    const name = first.stack.model.functions.find(({ path }) => path.includes('Work'))?.name
    const rule = { name: 'busy', at: 'invocation', where: { function: name }, fault: { do: 'throttle' } }
    const set = await fetch(`${first.stack.url}/_embedded-aws/faults`, { method: 'POST', body: JSON.stringify(rule) })
    expect(set.ok).toBe(true)
    await first.put()
    expect(await first.received(1)).toBeUndefined()
    await first.stack.stop()
    const second = await start(dataDir, assemblyDir)
    expect(await second.received()).toMatchObject([
      { requestContext: { approximateInvokeCount: 1 }, requestPayload: { Records: [{ eventSource: 'aws:s3' }] } },
    ])
  })
})
