import { join } from 'node:path'
import { type Closing, createClosing } from './closing.ts'
import { versionsByContent, withoutEffect } from './code-versions.ts'
import { checkDatabases, openDataFolder } from './data-folder.ts'
import { createMeter } from './dynamodb/meter.ts'
import { type DynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts'
import type { Interceptor } from './edge/answer.ts'
import { startEdge } from './edge/start-edge.ts'
import { startQueuesAndObjects } from './edge/start-queues-and-objects.ts'
import { createEventRules } from './event-rules.ts'
import { startMappings } from './event-source-mappings.ts'
import { openCheckpoints } from './event-sources/checkpoints.ts'
import { createEventFeed } from './events/event-feed.ts'
import type { EventLine } from './events/event-line.ts'
import { type Extension, type ExtensionHost, isAllowedIn, readObjectIn } from './extension.ts'
import { createFaults, type Faults } from './faults/faults.ts'
import { createExperiments } from './fis/experiments.ts'
import { targetsIn } from './fis/targets.ts'
import { choosePort } from './free-port.ts'
import { deployFunctions } from './functions.ts'
import { functionArnOf, parseFunctionRef } from './lambda/function-ref.ts'
import { noLimitMs } from './lambda/inspector.ts'
import { createInvokeLater } from './lambda/invoke-later.ts'
import { createLambdaPool, type LambdaPool, type LambdaPoolOptions } from './lambda/lambda-pool.ts'
import { createMailSink, type MailSink, type MailSinkOptions } from './mail/mail-sink.ts'
import { type Outputs, outputsOf, writeOutputs } from './outputs.ts'
import { principalOf } from './principal-of.ts'
import { createRestApis } from './rest-api/rest-api.ts'
import { createBucketNotifications } from './s3/notifications.ts'
import type { Objects } from './s3/objects.ts'
import type { ObjectChange } from './s3/s3.ts'
import { type Schedules, startSchedules } from './schedules/schedules.ts'
import type { InvokeFunction, Log } from './seams.ts'
import { slugOf } from './slug.ts'
import type { Queues } from './sqs/start-queues.ts'
import { ensureStateMachine, versionsInUse } from './state-machines.ts'
import { createStepFunctions, type StepFunctions } from './step-functions/step-functions.ts'
import { checkAccess } from './template/check-access.ts'
import type { Kind } from './template/kind.ts'
import { loadModel } from './template/load.ts'
import type { StackModel } from './template/model.ts'
import { createWakeups } from './wakeups.ts'

export interface EmbeddedStackOptions {
  /**
   * What the stack calls itself to people: in messages and titles, in the path of its own pages (`/_embedded-aws/`), and in the file
   * that marks its data folder. By default `Embedded AWS`.
   */
  name?: string
  /** Folder of a synthesized cloud assembly. */
  assemblyDir: string
  /** Holds all state. Created if missing; used by one stack at a time. */
  dataDir: string
  /** Empties the data folder first. */
  fresh?: boolean
  /** Port of the edge; 0 chooses a free one. */
  port: number
  /** CloudFormation parameters; computed once the data folder is locked. */
  parameters?: (dataDir: string) => Record<string, string> | Promise<Record<string, string>>
  log: Log
  /** Called with a line for people when a step of the start begins. */
  onProgress?: (step: string) => void
  /** Limits of concurrent workers, for runs whose faults keep many invocations hanging. */
  workers?: Pick<LambdaPoolOptions, 'maxWorkers' | 'maxWorkersOf' | 'onUse'>
  /** What the app adds to the stack. */
  extensions?: readonly Extension[]
  mail?: Pick<MailSinkOptions, 'refusedDomain'>
  /**
   * Called when every service answers, and before anything that was stored goes on: executions, messages, streams and schedules wait until it
   * resolves. When it rejects, the stack does not start.
   */
  beforeWork?: (edge: { url: string; outputs: Outputs }) => Promise<void>
  /** Called around every AWS call at the edge, before fault rules. */
  interceptors?: readonly Interceptor[]
  /** Called around every invocation, before fault rules. */
  aroundInvocation?: LambdaPoolOptions['around']
  /** Called for each request, message, execution, failure and mail. */
  onEvent?: ((line: EventLine) => void) | undefined
  /** For a debugger, at whose breakpoints functions stand: no invocation is timed out. */
  withoutTimeLimits?: boolean
}

export interface EmbeddedStack {
  /** URL of the edge: `http://127.0.0.1:PORT`. */
  url: string
  /** URL of the REST API without a trailing slash; undefined when the app has none. */
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
  /**
   * Takes over code and environments of functions and definitions of state machines from another assembly of the app, while everything
   * runs: new invocations and executions use them, those that run end with what they began with. Leaves everything else as it is.
   */
  updateCode(assemblyDir: string): Promise<void>
  /** Accepts no new work, waits briefly for running work, and keeps all state for the next start. */
  stop(): Promise<void>
}

/**
 * Runs the app of a cloud assembly on this machine. Everything that was acknowledged is in the data folder, so the next start after a
 * stop or a kill continues from there. Throws an error of one line that says what to do when the port or the data folder is in use,
 * the data is damaged, the DynamoDB engine is missing, or the template contains something unknown. Nothing is left running then.
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const port = await choosePort(options.port)
  const { name = 'Embedded AWS', fresh = false } = options
  const folder = openDataFolder(options.dataDir, { name, fresh })
  const closing = createClosing()
  closing.add('folder', folder.release)
  try {
    return await startIn(folder.dir, port, { ...options, name }, closing)
  } catch (error) {
    await closing.run()
    throw error
  }
}

async function startIn(
  dataDir: string,
  port: number,
  {
    name,
    assemblyDir,
    log,
    onProgress = () => {},
    extensions = [],
    ...options
  }: EmbeddedStackOptions & { name: string },
  closing: Closing,
): Promise<EmbeddedStack> {
  const endpointUrl = `http://127.0.0.1:${port}`
  const wakeups = createWakeups()
  checkDatabases(dataDir)

  onProgress('Reading the templates')
  const roles = new Map<string, string>()
  const meter = createMeter()
  const faults = createFaults({
    log,
    meter,
    functionOf: (roleName) => roles.get(roleName),
    keyNames: (tableName) => dynamoDb.keyNames(tableName),
    crash: (functionName, environment) => pool.crash(functionName, environment),
    killStack: () => process.kill(process.pid, 'SIGKILL'),
  })
  closing.add('faults', faults.stop)
  const { aroundInvocation = (_, run) => run() } = options
  const inner: NonNullable<LambdaPoolOptions['around']> = (invocation, run) =>
    aroundInvocation(invocation, () => faults.around(invocation, run))
  const feed = createEventFeed(extensions, log)
  if (options.onEvent) feed.listen(options.onEvent)
  const timeLimitMs = options.withoutTimeLimits ? noLimitMs : undefined
  const limits = { timeLimitMs, ...options.workers }
  const tapped = { around: feed.around(inner), outgoing: faults.outgoing }
  const pool: LambdaPool = createLambdaPool({ dataDir, endpointUrl, log, ...tapped, ...limits })
  closing.add('pool', pool.stop)
  const kinds: Record<string, Kind> = Object.assign({}, ...extensions.map(({ kinds }) => kinds))
  const loading = {
    parameters: (await options.parameters?.(dataDir)) ?? {},
    endpointUrl,
    events: extensions.flatMap(({ events = [] }) => events),
  }
  const model = loadModel({ ...loading, assemblyDir, kinds, functionVersion: versionsByContent(pool) })
  checkAccess(model)
  for (const extension of extensions) extension.check?.(model)
  deployFunctions(pool, model)
  for (const { name, roleName } of model.functions) roles.set(roleName, name)

  onProgress('Starting DynamoDB')
  const tables = model.tables.map(({ properties }) => properties)
  const dynamoDb = await startDynamoDb({ dataDir, tables, wakeups, log, meter })
  closing.add('dynamoDb', dynamoDb.stop)

  onProgress('Starting queues, objects, mail and Step Functions')
  const { asyncInvokeConfigs: configs, eventRules } = model
  const { invokeAsync } = pool
  const invokeLater = createInvokeLater({ configs, invokeAsync, queues: () => queues.service, wakeups })
  const putEvent = createEventRules({ rules: eventRules, invokeLater })
  const objectListeners: ((change: ObjectChange) => void)[] = [
    createBucketNotifications({ buckets: model.buckets, invokeLater }),
  ]
  const onObject = (change: ObjectChange) => {
    for (const listen of objectListeners) listen(change)
  }
  const stored = await startQueuesAndObjects({ dataDir, wakeups, origin: () => endpointUrl, onObject, log })
  closing.add('queues', stored.stop)
  const { queues, objects } = stored
  // A redrive policy needs its target to exist.
  for (const {
    name,
    attributes: { RedrivePolicy: _, ...attributes },
  } of model.queues)
    await queues.ensureQueue({ QueueName: name, ...attributes })
  for (const { name, attributes } of model.queues) await queues.ensureQueue({ QueueName: name, ...attributes })
  for (const bucket of model.buckets) await objects.ensureBucket(bucket.name, bucket)
  const mail = createMailSink({ dataDir, title: name, ...options.mail, onMail: feed.mail })
  closing.add('mail', mail.close)
  const stepFunctions = createStepFunctions({
    databasePath: join(dataDir, 'step-functions.db'),
    invoke: pool.invoke,
    log,
    onExecution: feed.execution,
  })
  closing.add('stepFunctions', stepFunctions.stop)
  for (const machine of model.stateMachines) await ensureStateMachine(stepFunctions, machine)
  const inUse = await versionsInUse(stepFunctions)
  pool.keepVersions((name, version) => inUse.has(functionArnOf(name, version)))
  const checkpoints = openCheckpoints(dataDir)
  closing.add('checkpoints', checkpoints.close)

  const apis = createRestApis({
    apis: model.restApis,
    invoke: pool.invoke,
    log,
    timeLimitMs,
    onRequest: feed.request,
  })
  closing.add('apis', apis.stop)
  const experiments = createExperiments({ book: faults.book, targets: targetsIn(model), log })
  closing.add('experiments', experiments.stop)
  const edge = await startEdge({
    port,
    localRoot: `/_${slugOf(name)}/`,
    services: {
      dynamodb: dynamoDb.dynamodb,
      streams: dynamoDb.streams,
      sqs: queues.service,
      states: stepFunctions,
      fis: experiments.service,
      ses: mail.service,
      objects,
      functions: {
        invoke: pool.invoke,
        has: (functionRef) => pool.names().includes(parseFunctionRef(functionRef).name),
        invokeLater: async (functionRef, payload) => invokeLater(functionRef, payload),
      },
    },
    restApis: apis,
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

  const outputs = outputsOf(model.outputs, endpointUrl)
  await options.beforeWork?.({ url: endpointUrl, outputs })
  onProgress('Resuming executions, messages and schedules')
  stepFunctions.start()
  closing.add('extensions', () => Promise.all(extensions.map((extension) => extension.stop?.())))
  const host: ExtensionHost = {
    outputs,
    mail,
    invoke: pool.invoke,
    log,
    putEvent,
    readObject: readObjectIn(objects),
    objectKeys: objects.keysUnder,
    onObject: (listen) => void objectListeners.push(listen),
    onEvent: feed.listen,
    onRowChange: dynamoDb.onRowChange,
    faultRules: faults.book.list,
    addPage: edge.routes.add,
    isAllowed: isAllowedIn(model),
  }
  for (const extension of extensions) extension.start?.(host)
  const tools = { queues: queues.service, invoke: pool.invoke, wakeups, checkpoints, log, onMessage: feed.message }
  const sources = startMappings(model.eventSourceMappings, tools, { dynamoDb, queues })
  closing.add('sources', () => Promise.all(sources.map((source) => source.stop())))
  const schedules = startSchedules({ rules: model.schedules, invoke: pool.invoke, invokeLater, log })
  closing.add('schedules', schedules.stop)

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
    async updateCode(otherDir) {
      const functionVersion = versionsByContent(pool)
      const other = loadModel({ ...loading, assemblyDir: otherDir, kinds: withoutEffect(kinds), functionVersion })
      deployFunctions(pool, other)
      for (const machine of other.stateMachines) await ensureStateMachine(stepFunctions, machine)
    },
    stop: closing.run,
  }
}
