import { join } from 'node:path'
import { type DynamoDb, startDynamoDb } from '../dynamodb/start-dynamodb.ts'
import { startQueuesAndObjects } from '../edge/start-queues-and-objects.ts'
import { createEventRules } from '../event-rules.ts'
import { type Checkpoints, openCheckpoints } from '../event-sources/checkpoints.ts'
import { functionArnOf } from '../lambda/function-ref.ts'
import { createInvokeLater, type InvokeLater } from '../lambda/invoke-later.ts'
import { createMailSink, type MailSink } from '../mail/mail-sink.ts'
import { createBucketNotifications } from '../s3/notifications.ts'
import type { Objects } from '../s3/objects.ts'
import type { ObjectChange } from '../s3/s3.ts'
import type { Queues } from '../sqs/start-queues.ts'
import { ensureStateMachine, versionsInUse } from '../state-machines.ts'
import { createStepFunctions, type StepFunctions } from '../step-functions/step-functions.ts'
import type { StackModel } from '../template/model.ts'
import type { Compute } from './compute.ts'
import type { Start } from './start.ts'

/** What keeps state, and what brings its events to functions. */
export interface Services extends QueuesAndObjects {
  dynamoDb: DynamoDb
  mail: MailSink
  stepFunctions: StepFunctions
  checkpoints: Checkpoints
}

interface QueuesAndObjects {
  queues: Queues
  objects: Objects
  invokeLater: InvokeLater
  resumeInvocations: () => void
  putEvent: (event: object) => void
  onObject: (listen: (change: ObjectChange) => void) => void
}

/** Starts the services one after the other, each with the resources of the model. Nothing that was stored goes on yet. */
export async function startServices(start: Start, compute: Compute): Promise<Services> {
  const { dataDir, closing, wakeups, log, onProgress } = start
  const { model, meter } = compute
  onProgress('Starting DynamoDB')
  const tables = model.tables.map(({ properties }) => properties)
  const dynamoDb = await startDynamoDb({ dataDir, tables, wakeups, log, meter })
  closing.add('dynamoDb', dynamoDb.stop)

  onProgress('Starting queues, objects, mail and Step Functions')
  const queuesAndObjects = await startStored(start, compute)
  const mail = createMailSink({ dataDir, title: start.name, ...start.mail, onMail: compute.feed.mail })
  closing.add('mail', mail.close)
  const stepFunctions = await startMachines(start, compute)
  const checkpoints = openCheckpoints(dataDir)
  closing.add('checkpoints', checkpoints.close)
  return { dynamoDb, ...queuesAndObjects, mail, stepFunctions, checkpoints }
}

async function startStored(start: Start, { model, pool }: Compute): Promise<QueuesAndObjects> {
  const { dataDir, wakeups, endpointUrl, log, closing } = start
  const { asyncInvokeConfigs: configs, eventRules: rules, buckets } = model
  const later = createInvokeLater({ configs, pool, queues: () => queues.service, wakeups })
  const { invokeLater } = later
  const putEvent = createEventRules({ rules, invokeLater })
  const listeners: ((change: ObjectChange) => void)[] = [createBucketNotifications({ buckets, invokeLater })]
  const { queues, objects, stop } = startQueuesAndObjects({
    dataDir,
    wakeups,
    origin: () => endpointUrl,
    onObject(change) {
      for (const listen of listeners) listen(change)
    },
    log,
  })
  closing.add('queues', stop)
  await ensureQueues(queues, model.queues)
  for (const bucket of buckets) await objects.ensureBucket(bucket.name, bucket)
  const onObject = (listen: (change: ObjectChange) => void) => void listeners.push(listen)
  return { queues, objects, invokeLater, resumeInvocations: later.resume, putEvent, onObject }
}

/** Creates all queues before any redrive policy is set, which needs its target to exist. */
async function ensureQueues(queues: Queues, models: StackModel['queues']): Promise<void> {
  for (const { name, attributes } of models) {
    const { RedrivePolicy: _, ...others } = attributes
    await queues.ensureQueue({ QueueName: name, ...others })
  }
  for (const { name, attributes } of models) await queues.ensureQueue({ QueueName: name, ...attributes })
}

async function startMachines({ dataDir, closing, log }: Start, { pool, feed, model }: Compute): Promise<StepFunctions> {
  const stepFunctions = createStepFunctions({
    databasePath: join(dataDir, 'step-functions.db'),
    invoke: pool.invoke,
    log,
    onExecution: feed.execution,
  })
  closing.add('stepFunctions', stepFunctions.stop)
  for (const machine of model.stateMachines) await ensureStateMachine(stepFunctions, machine)
  const inUse = versionsInUse(stepFunctions)
  pool.keepVersions((name, version) => inUse.has(functionArnOf(name, version)))
  return stepFunctions
}
