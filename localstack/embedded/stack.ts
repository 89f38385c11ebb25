import { type Closing, createClosing } from './closing.ts'
import { versionsByContent, withoutEffect } from './code-versions.ts'
import { checkDatabases, openDataFolder, refuseLocked } from './data-folder.ts'
import type { DynamoDb } from './dynamodb/start-dynamodb.ts'
import type { Faults } from './faults/faults.ts'
import { choosePort } from './free-port.ts'
import { deployFunctions } from './functions.ts'
import type { LambdaPool } from './lambda/lambda-pool.ts'
import type { MailSink } from './mail/mail-sink.ts'
import { type Outputs, outputsOf, writeOutputs } from './outputs.ts'
import type { InvokeFunction } from './ports.ts'
import type { Objects } from './s3/objects.ts'
import type { Schedules } from './schedules/schedules.ts'
import type { Queues } from './sqs/start-queues.ts'
import { type Compute, startCompute } from './stack/compute.ts'
import type { EmbeddedStackOptions } from './stack/options.ts'
import { type Services, startServices } from './stack/services.ts'
import { startStackEdge } from './stack/stack-edge.ts'
import { startWork } from './stack/work.ts'
import { ensureStateMachine } from './state-machines.ts'
import type { StepFunctions } from './step-functions/step-functions.ts'
import { loadModel } from './template/load.ts'
import type { StackModel } from './template/model.ts'
import { createWakeups } from './wakeups.ts'

export type { EmbeddedStackOptions } from './stack/options.ts'

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
  const port = await choosePort(options.port).catch((error: unknown) => {
    // A stack on the same data is the likely cause, and its lock says which process that is.
    refuseLocked(options.dataDir)
    throw error
  })
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
  options: EmbeddedStackOptions & { name: string },
  closing: Closing,
): Promise<EmbeddedStack> {
  const endpointUrl = `http://127.0.0.1:${port}`
  const { log, onProgress = () => {}, extensions = [] } = options
  checkDatabases(dataDir)
  const start = {
    ...options,
    dataDir,
    port,
    endpointUrl,
    log,
    onProgress,
    extensions,
    closing,
    wakeups: createWakeups(),
  }

  onProgress('Reading the templates')
  const compute: Compute = await startCompute(start, (tableName) => services.dynamoDb.keyNames(tableName))
  const services: Services = await startServices(start, compute)
  const routes = await startStackEdge(start, compute, services)
  const outputs = outputsOf(compute.model.outputs, endpointUrl)
  await options.beforeWork?.({ url: endpointUrl, outputs })
  onProgress('Resuming executions, messages and schedules')
  const schedules = startWork(start, compute, services, { outputs, routes })
  writeOutputs(dataDir, outputs)

  const { pool, model, faults } = compute
  const { dynamoDb, queues, objects, mail, stepFunctions } = services
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
    updateCode: (assemblyDir) => updateCode(assemblyDir, compute, stepFunctions),
    stop: closing.run,
  }
}

async function updateCode(assemblyDir: string, { pool, loading }: Compute, stepFunctions: StepFunctions) {
  const kinds = withoutEffect(loading.kinds)
  const model = loadModel({ ...loading, assemblyDir, kinds, functionVersion: versionsByContent(pool) })
  deployFunctions(pool, model)
  for (const machine of model.stateMachines) await ensureStateMachine(stepFunctions, machine)
}
