import { join } from 'node:path'
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway'
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { Code, Function as Lambda, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib/core'
import { buildSync } from 'esbuild'

// A guest book: an entry is written through the API, its stream record becomes a message, the message starts a state machine, and that
// files the entry in a bucket. An app that shares nothing with others, for the tests of this package and as an example.
const app = new App()
const bundleDir = join(app.outdir, 'bundle')
buildSync({
  entryPoints: [join(import.meta.dirname, 'functions.ts')],
  outdir: bundleDir,
  bundle: true,
  platform: 'node',
  format: 'cjs',
})
const code = Code.fromAsset(bundleDir)
const stack = new Stack(app, 'Guestbook')

const entries = new Table(stack, 'Entries', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  stream: StreamViewType.NEW_IMAGE,
})
const deadLetters = new Queue(stack, 'DeadLetters')
const accepted = new Queue(stack, 'Accepted', { deadLetterQueue: { queue: deadLetters, maxReceiveCount: 3 } })
const archive = new Bucket(stack, 'Archive')

function lambda(name: string, environment: Record<string, string>): Lambda {
  return new Lambda(stack, name, {
    runtime: Runtime.NODEJS_24_X,
    code,
    handler: `functions.${name}`,
    environment,
    timeout: Duration.seconds(10),
  })
}

const entry = lambda('entry', { TABLE: entries.tableName, BUCKET: archive.bucketName })
entries.grantReadWriteData(entry)
archive.grantRead(entry)

const relay = lambda('relay', { QUEUE_URL: accepted.queueUrl })
accepted.grantSendMessages(relay)
entries.grantStreamRead(relay)
relay.addEventSourceMapping('EntriesStream', {
  eventSourceArn: entries.tableStreamArn ?? '',
  startingPosition: StartingPosition.TRIM_HORIZON,
})

const file = lambda('file', { BUCKET: archive.bucketName })
archive.grantPut(file)
const filing = new StateMachine(stack, 'Filing', {
  definitionBody: DefinitionBody.fromChainable(new LambdaInvoke(stack, 'File', { lambdaFunction: file })),
})

const begin = lambda('begin', { MACHINE: filing.stateMachineArn })
filing.grantStartExecution(begin)
begin.addEventSource(new SqsEventSource(accepted))

const api = new RestApi(stack, 'Api', { cloudWatchRole: false })
const item = api.root.addResource('entries').addResource('{id}')
for (const method of ['GET', 'PUT']) item.addMethod(method, new LambdaIntegration(entry))

new CfnOutput(stack, 'ApiUrl', { value: api.url })
app.synth()
