import { join } from 'node:path'
import { createBucketNotifications } from './bucket-notifications.ts'
import { type Closing, createClosing } from './closing.ts'
import { checkDatabases, openDataFolder } from './data-folder.ts'
import { type DynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts'
import type { Interceptor } from './edge/answer.ts'
import type { Objects } from './edge/objects.ts'
import type { Queues } from './edge/queues.ts'
import { startEdge } from './edge/start-edge.ts'
import { type ObjectEvent, startQueuesAndObjects } from './edge/start-queues-and-objects.ts'
import { startMappings } from './event-source-mappings.ts'
import { openCheckpoints } from './event-sources/checkpoints.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { choosePort } from './free-port.ts'
import { deployFunctions } from './functions.ts'
import { hashOfFolder } from './lambda/code-store.ts'
import { functionArnOf, parseFunctionRef } from './lambda/function-ref.ts'
import { createInvokeLater } from './lambda/invoke-later.ts'
import { createLambdaPool, type LambdaPool, type LambdaPoolOptions } from './lambda/lambda-pool.ts'
import { environmentOfToken } from './lambda/sessions.ts'
import { comeBackHandler } from './mail/come-back.ts'
import { createMailSink, type MailSink } from './mail/mail-sink.ts'
import { createEventRules } from './malware-scans/event-rules.ts'
import { createMalwareScans } from './malware-scans/malware-scans.ts'
import { type Outputs, outputsOf, writeOutputs } from './outputs.ts'
import { createRestApis } from './rest-api/rest-api.ts'
import { type Schedules, startSchedules } from './schedules/schedules.ts'
import type { InvokeFunction, Log, Principal } from './seams.ts'
import { ensureStateMachine, versionsInUse } from './state-machines.ts'
import { createStepFunctions, type StepFunctions } from './step-functions/step-functions.ts'
import { checkAccess } from './template/check-access.ts'
import { loadModel } from './template/load.ts'
import type { QueueModel, StackModel } from './template/model.ts'
import { ensureTokenKeys, tokenAudience, tokenIssuer } from './token-keys.ts'
import { createWakeups } from './wakeups.ts'

export interface EmbeddedStackOptions {
  /** A synthesized cloud assembly. */
  assemblyDir: string
  /** All state; made when it is not there. One stack at a time. */
  dataDir: string
  /** Begins with an empty data folder. */
  fresh?: boolean
  /** 0 takes a free one. */
  port: number
  /** Values of CloudFormation parameters, beside those of the token keys. */
  parameters?: Record<string, string>
  log: Log
  /** What is being done, for those who wait. */
  onProgress?: (step: string) => void
  /** How many workers functions may have, where the default is too few for what is to be made to hang. */
  workers?: Pick<LambdaPoolOptions, 'maxWorkers' | 'maxWorkersOf'>
  /** Around every AWS call at the edge: the place for faults. */
  interceptors?: readonly Interceptor[]
  /** Around every invocation of a function. */
  aroundInvocation?: LambdaPoolOptions['around']
}

export interface EmbeddedStack {
  /** The edge: `http://127.0.0.1:PORT`. */
  url: string
  /** The REST API, without a slash at the end; undefined when the app has none. */
  apiUrl: string | undefined
  outputs: Outputs
  dataDir: string
  model: StackModel
  invoke: InvokeFunction
  schedules: Schedules
  pool: LambdaPool
  dynamoDb: DynamoDb
  queues: Queues
  objects: Objects
  mail: MailSink
  stepFunctions: StepFunctions
  faults: Faults
  /** Takes nothing new, gives what runs a moment, and leaves everything as it is for the next start. */
  stop(): Promise<void>
}

/**
 * Runs the app of a cloud assembly on this machine. Everything that was acknowledged is in the data folder: after a stop or a
 * kill, the next start carries on. Throws one line that says what to do for a port in use, a data folder in use or damaged, a
 * missing engine, and a template with something unknown; then nothing is left running.
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const port = await choosePort(options.port)
  const folder = openDataFolder(options.dataDir, { fresh: options.fresh ?? false })
  const closing = createClosing()
  closing.add('folder', folder.release)
  try {
    return await startIn(folder.dir, port, options, closing)
  } catch (error) {
    await closing.run()
    throw error
  }
}

async function startIn(
  dataDir: string,
  port: number,
  { assemblyDir, log, onProgress = () => {}, ...options }: EmbeddedStackOptions,
  closing: Closing,
): Promise<EmbeddedStack> {
  const endpointUrl = `http://127.0.0.1:${port}`
  const wakeups = createWakeups()
  checkDatabases(dataDir)

  onProgress('Reading the templates')
  const roles = new Map<string, string>()
  const faults = createFaults({
    log,
    functionOf: (roleName) => roles.get(roleName),
    crash: (functionName, environment) => pool.crash(functionName, environment),
    killStack: () => process.kill(process.pid, 'SIGKILL'),
  })
  closing.add('faults', faults.stop)
  const { aroundInvocation: own = (_, run) => run() } = options
  const around: LambdaPoolOptions['around'] = (invocation, run) => own(invocation, () => faults.around(invocation, run))
  const { outgoing } = faults
  const pool: LambdaPool = createLambdaPool({ dataDir, endpointUrl, log, around, outgoing, ...options.workers })
  closing.add('pool', pool.stop)
  const parameters = {
    JwtKeySet: await ensureTokenKeys(dataDir),
    JwtIssuer: tokenIssuer,
    JwtAudience: tokenAudience,
    ...options.parameters,
  }
  const model = loadModel({ assemblyDir, parameters, endpointUrl, functionVersion: versionsByContent(pool) })
  checkAccess(model)
  deployFunctions(pool, model)
  for (const { name, roleName } of model.functions) roles.set(roleName, name)

  onProgress('Starting DynamoDB')
  const tables = model.tables.map(({ properties }) => properties)
  const dynamoDb = await startDynamoDb({ dataDir, tables, wakeups, log })
  closing.add('dynamoDb', dynamoDb.stop)

  onProgress('Starting queues, objects, mail and Step Functions')
  const { asyncInvokeConfigs: configs, malwarePlans: plans, eventRules } = model
  const { invokeAsync } = pool
  const invokeLater = createInvokeLater({ configs, invokeAsync, queues: () => queues.service, wakeups })
  const tell = createEventRules({ rules: eventRules, invokeLater })
  const malwareScans = createMalwareScans({ plans, roles: model.roles, objects: () => objects, tell, log })
  const notify = createBucketNotifications({ buckets: model.buckets, invokeLater })
  const onObject = (event: ObjectEvent) => {
    notify(event)
    malwareScans.heard(event)
  }
  const stored = await startQueuesAndObjects({ dataDir, wakeups, origin: () => endpointUrl, onObject })
  closing.add('queues', stored.stop)
  const { queues, objects } = stored
  for (const { name, attributes } of deadLettersFirst(model.queues))
    await queues.ensureQueue({ QueueName: name, ...attributes })
  for (const { name } of model.buckets) await objects.ensureBucket(name)
  const mail = createMailSink({ dataDir })
  closing.add('mail', mail.close)
  const stepFunctions = createStepFunctions({
    databasePath: join(dataDir, 'step-functions.db'),
    invoke: pool.invoke,
    log,
  })
  closing.add('stepFunctions', stepFunctions.stop)
  for (const machine of model.stateMachines) await ensureStateMachine(stepFunctions, machine)
  const inUse = await versionsInUse(stepFunctions)
  pool.keepVersions((name, version) => inUse.has(functionArnOf(name, version)))
  const checkpoints = openCheckpoints(dataDir)
  closing.add('checkpoints', checkpoints.close)

  const apis = createRestApis({ apis: model.restApis, invoke: pool.invoke, log })
  closing.add('apis', apis.stop)
  const edge = await startEdge({
    port,
    services: {
      dynamodb: dynamoDb.dynamodb,
      streams: dynamoDb.streams,
      sqs: queues.service,
      states: stepFunctions,
      ses: mail.service,
      objects,
      functions: {
        invoke: pool.invoke,
        has: (functionRef) => pool.names().includes(parseFunctionRef(functionRef).name),
        invokeLater: async (functionRef, payload) => invokeLater(functionRef, payload),
      },
    },
    restApi: (request, response) => void apis.handle(request, response),
    identify: (accessKeyId, sessionToken) => principalOf({ accessKeyId, sessionToken }, pool, model),
    secretOf: pool.secretOf,
    access: { keyNames: dynamoDb.keyNames, stateMachineArns: () => model.stateMachines.map(({ arn }) => arn) },
    interceptors: [...(options.interceptors ?? []), faults.interceptor],
    log,
  })
  closing.add('edge', edge.stop)
  for (const path of ['mail', 'mail.json']) edge.routes.add(path, mail.serve)
  for (const path of ['faults', 'faults/']) edge.routes.add(path, faults.serve)
  edge.routes.add('trace', faults.serveTrace)

  onProgress('Going on with what was under way')
  stepFunctions.start()
  closing.add('malwareScans', malwareScans.stop)
  void malwareScans.scanAll()
  const tools = { queues: queues.service, invoke: pool.invoke, wakeups, checkpoints, log }
  const sources = startMappings(model.eventSourceMappings, tools, { dynamoDb, queues })
  closing.add('sources', () => Promise.all(sources.map((source) => source.stop())))
  const schedules = startSchedules({ rules: model.schedules, invoke: pool.invoke, log })
  closing.add('schedules', schedules.stop)

  const outputs = outputsOf(model.outputs, endpointUrl)
  // The app has a function for news of mail that came back.
  const { RecordBounceFunction: told } = outputs
  if (typeof told === 'string')
    edge.routes.add(
      'mail/come-back',
      comeBackHandler(mail, (event) => pool.invoke(told, event)),
    )
  writeOutputs(dataDir, outputs)
  return {
    url: endpointUrl,
    apiUrl: typeof outputs.ApiUrl === 'string' ? outputs.ApiUrl.replace(/\/$/, '') : undefined,
    outputs,
    dataDir,
    model,
    invoke: pool.invoke,
    schedules,
    pool,
    dynamoDb,
    queues,
    objects,
    mail,
    stepFunctions,
    faults,
    stop: closing.run,
  }
}

/** A label of its own for each content: a bundle may change without a new synth, and with it no execution's code. */
function versionsByContent(pool: LambdaPool) {
  const hashes = new Map<string, string>()
  return (functionName: string, logicalId: string, codeDir: string): number => {
    const hash = hashes.get(codeDir) ?? hashOfFolder(codeDir)
    hashes.set(codeDir, hash)
    return pool.versionNumber(functionName, `${logicalId} ${hash}`)
  }
}

/** Whose key this is. Keys that were not issued here are the developer's, whatever they are, as with LocalStack. */
function principalOf(
  { accessKeyId, sessionToken }: { accessKeyId: string | undefined; sessionToken: string | undefined },
  pool: LambdaPool,
  model: StackModel,
): Principal {
  const roleName = accessKeyId === undefined ? undefined : pool.identify(accessKeyId)
  if (roleName === undefined) return { kind: 'developer' }
  // A role that is no longer in the template allows nothing.
  const statements = model.roles.find(({ name }) => name === roleName)?.statements ?? []
  const environment = environmentOfToken(sessionToken)
  return { kind: 'role', roleName, statements, ...(environment !== undefined && { environment }) }
}

/** SQS wants the target of a redrive policy to be there. */
function deadLettersFirst(queues: QueueModel[]): QueueModel[] {
  const redrives = ({ attributes }: QueueModel) => Number('RedrivePolicy' in attributes)
  return queues.toSorted((a, b) => redrives(a) - redrives(b))
}
