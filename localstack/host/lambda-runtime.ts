import { createRequire, flushCompileCache } from 'node:module'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * One execution environment of a Lambda function. It loads the handler once, then answers invocations one after the other, in lines of
 * JSON over a socket that it inherits:
 *
 *   to the executor    {"ready": true} or {"initError": {…}}, once
 *   from the executor  {"invoke-id", "invoked-function-arn", "payload", "trace-id", "deadline-ms"} for each invocation
 *   to the executor    {"result": "<json>"} or {"error": {…}}
 */
interface Invocation {
  'invoke-id': string
  'invoked-function-arn': string
  payload: string
  'trace-id': string
  'deadline-ms': number
}

type Handler = (event: unknown, context: object) => unknown

const { env } = process
const channel = new Socket({ fd: Number(env.LAMBDA_CHANNEL_FD) })
// No function sees them on AWS.
delete env.LAMBDA_CHANNEL_FD
delete env.NODE_COMPILE_CACHE

function send(message: object): Promise<void> {
  return new Promise((resolve) => channel.write(`${JSON.stringify(message)}\n`, () => resolve()))
}

/** An error as Lambda reports it. Step Functions matches `errorType`. */
function describe(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
}

/** Loads the function in the variable `_HANDLER`: file, then export. Throws `Error` when there is none. */
function loadHandler(): Handler {
  const [file = '', name = ''] = String(env._HANDLER).split('.')
  const path = join(String(env.LAMBDA_TASK_ROOT), file)
  const handler: unknown = createRequire(path)(path)[name]
  if (typeof handler !== 'function') throw new Error(`${env._HANDLER} is not an exported function`)
  return handler as Handler
}

async function answer(handler: Handler, invocation: Invocation): Promise<object> {
  env._X_AMZN_TRACE_ID = invocation['trace-id']
  const context = {
    awsRequestId: invocation['invoke-id'],
    invokedFunctionArn: invocation['invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => invocation['deadline-ms'] - Date.now(),
  }
  try {
    return { result: JSON.stringify(await handler(JSON.parse(invocation.payload), context)) ?? 'null' }
  } catch (error) {
    console.error(error)
    return { error: describe(error) }
  }
}

/** Fails the invocation and gives up the environment, as Lambda does. */
async function giveUp(errorType: string, error: unknown): Promise<void> {
  console.error(error)
  await send({ error: { ...describe(error), errorType } })
  process.exit(1)
}

// LocalStack is gone.
for (const event of ['close', 'error']) channel.on(event, () => process.exit(0))
process.on('unhandledRejection', (error) => giveUp('Runtime.UnhandledPromiseRejection', error))
process.on('uncaughtException', (error) => giveUp(describe(error).errorType, error))

try {
  const handler = loadHandler()
  await send({ ready: true })
  // Now, as LocalStack ends environments without notice: the next one of this version loads in less than half the time.
  flushCompileCache()
  for await (const line of createInterface({ input: channel })) await send(await answer(handler, JSON.parse(line)))
} catch (error) {
  console.error(error)
  await send({ initError: describe(error) })
  process.exit(1)
}
