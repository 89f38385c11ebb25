// @ts-check
/**
 * What runs inside an execution environment (a worker thread, or a process that is measured): loads the handler, then answers one
 * invocation at a time, with the error names of Lambda's Node.js runtime. Plain JavaScript, because every environment loads it: stripping
 * types would cost each of them 11 MB and 80 ms.
 */
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { types } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import { movableClock } from './movable-clock.mjs'
import { judgeConnections } from './outgoing.mjs'
import { resourceMeter } from './resource-use.mjs'

/** @typedef {{ errorType: string, errorMessage: string, trace: string[] }} Failure */
/** @typedef {{ requestId: string, payload: string, deadlineMs: number, invokedFunctionArn: string, clockSkewMs: number }} Invocation */

/** Lambda's limit for a synchronous answer, in bytes. */
const responseBytesMax = 6_291_556

const port = parentPort ?? parentProcess()
const { codeDir, handlerName, compileCacheDir } = workerData ?? JSON.parse(process.argv[2] ?? '{}')
/** What was used since the last answer; only a process of its own can tell. */
const takeUse = parentPort ? () => undefined : resourceMeter()

process.on('unhandledRejection', (reason) => {
  const { errorMessage, errorType, trace } = failureOf(reason)
  die({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: `${errorType}: ${errorMessage}`, trace }, 128)
})
process.on('uncaughtException', (error) => die(failureOf(error), 129))

const clock = movableClock()
/** What is judged of connections that wait, by their number. @type {Map<number, (verdict: any) => void>} */
const waiting = new Map()
let connections = 0
judgeConnections({
  edgeUrl: process.env.AWS_ENDPOINT_URL ?? '',
  judge(host) {
    const id = ++connections
    port.postMessage({ kind: 'outgoing', id, host })
    const swallowed = () => port.postMessage({ kind: 'swallowed', id })
    return new Promise((done) => waiting.set(id, (verdict) => done({ ...verdict, swallowed })))
  },
})
// Half of a cold start is compiling the bundle.
if (compileCacheDir !== undefined) enableCompileCache(compileCacheDir)

const handler = await loadHandler().catch((error) => die(failureOf(error), 1))
port.on('message', (message) => {
  if (message.kind !== 'verdict') return answer(message)
  waiting.get(message.id)?.(message.verdict)
  waiting.delete(message.id)
})
port.postMessage({ kind: 'ready', use: takeUse() })

/** @param {Invocation} invocation */
async function answer({ requestId, payload, deadlineMs, invokedFunctionArn, clockSkewMs }) {
  clock.skew(clockSkewMs)
  // Between invocations Lambda freezes the process: what it does then is nobody's.
  takeUse()
  try {
    const result = await handler(JSON.parse(payload), contextOf(requestId, deadlineMs, invokedFunctionArn))
    port.postMessage({ kind: 'result', requestId, payload: serialize(result), use: takeUse() })
  } catch (error) {
    port.postMessage({ kind: 'error', requestId, failure: failureOf(error), use: takeUse() })
  } finally {
    clock.skew(0)
  }
}

/** @param {string} requestId @param {number} deadlineMs @param {string} invokedFunctionArn */
function contextOf(requestId, deadlineMs, invokedFunctionArn) {
  return {
    awsRequestId: requestId,
    invokedFunctionArn,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    // Lambda keeps the time that is left, whatever the function takes for the time of day.
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - clock.trueNow()),
  }
}

async function loadHandler() {
  const file = basename(handlerName)
  const dot = file.indexOf('.')
  if (dot < 1) throw named('Runtime.MalformedHandlerName', 'Bad handler')
  const module = join(codeDir, dirname(handlerName), file.slice(0, dot))
  const path = ['.js', '.mjs', '.cjs'].map((extension) => module + extension).find((candidate) => existsSync(candidate))
  if (!path) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file.slice(0, dot)}'`)
  const exported = await load(path)
  const names = file.slice(dot + 1).split('.')
  const found = pick(exported, names) ?? pick(exported.default, names)
  if (typeof found !== 'function') {
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`)
  }
  if (found.length > 2) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      `${handlerName} takes a callback; nodejs24.x knows async handlers only`,
    )
  }
  return found
}

/** @param {string} path */
async function load(path) {
  try {
    return await import(pathToFileURL(path).href)
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error), error)
    const missing = error instanceof Error && 'code' in error && /^(ERR_)?MODULE_NOT_FOUND$/.test(String(error.code))
    if (missing) throw named('Runtime.ImportModuleError', String(error), error)
    throw error
  }
}

/** @param {any} target @param {string[]} names */
function pick(target, names) {
  return names.reduce((value, name) => value?.[name], target)
}

/** @param {unknown} result */
function serialize(result) {
  let text
  try {
    text = JSON.stringify(result) ?? 'null'
  } catch (error) {
    throw named('Runtime.MarshalError', `Unable to stringify response body: ${error}`)
  }
  if (Buffer.byteLength(text) > responseBytesMax) {
    const limit = `Response payload size exceeded maximum allowed payload size (${responseBytesMax} bytes).`
    throw named('Function.ResponseSizeTooLarge', limit)
  }
  return text
}

/** @param {unknown} error @returns {Failure} */
function failureOf(error) {
  if (types.isNativeError(error) || error instanceof Error) {
    const trace = (error.stack ?? '').split('\n')
    return { errorType: error.name || 'Error', errorMessage: error.message, trace }
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] }
}

/** @param {string} name @param {string} message @param {Error} [cause] */
function named(name, message, cause) {
  const error = new Error(message)
  error.name = name
  error.stack = cause?.stack ?? `${name}: ${message}`
  return error
}

/** @returns {{ postMessage(message: object): void, on(event: 'message', listener: (message: any) => void): unknown }} */
function parentProcess() {
  if (!process.send) throw new Error('runs as a worker thread or a forked process only')
  // Without its stack it has nothing to do; open connections would keep it alive.
  process.on('disconnect', () => process.exit())
  return {
    postMessage: (message) => void process.send?.(message),
    on: (event, listener) => process.on(event, listener),
  }
}

/** @param {Failure} failure @param {number} exitCode @returns {never} */
function die(failure, exitCode) {
  port.postMessage({ kind: 'fatal', failure })
  process.exit(exitCode)
}
