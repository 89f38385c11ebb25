import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AwsError } from '../aws-error.ts'
import type { InvokeFunction, InvokeResult, Log } from '../ports.ts'
import { type AsyncInvokeOptions, openAsyncInvocations } from './async-invocation.ts'
import type { FunctionDeployment, FunctionVersion } from './deployment.ts'
import { openDeployments } from './deployments.ts'
import { type EnvironmentUse, type Invocation, type OutgoingVerdict, startEnvironment } from './environment.ts'
import { EnvironmentPool } from './environment-pool.ts'
import { openFunctionLogs } from './function-logs.ts'
import { functionArnOf } from './function-ref.ts'
import { openSessions } from './sessions.ts'
import { variablesOf } from './variables.ts'

export interface LambdaPoolOptions {
  /** The stack's data folder; the pool keeps `lambda/` (code, versions) and `logs/` in it. */
  dataDir: string
  /** What functions get as AWS_ENDPOINT_URL: the edge. */
  endpointUrl: string
  log: Log
  /** Worker threads at most, all functions together; one costs about 22 MB with the AWS SDK in its bundle. */
  maxWorkers?: number
  /** Worker threads at most for one function, by its name; more invocations than that queue. */
  maxWorkersOf?: (functionName: string) => number
  now?: () => Date
  /** Sees every invocation and may fail, delay or repeat it, or have it run otherwise: the place for faults. */
  around?: (invocation: ObservedInvocation, run: RunInvocation) => Promise<InvokeResult>
  /** How long an invocation or a start may take whatever its function says, in milliseconds. */
  timeLimitMs?: number | undefined
  /** Judges each connection of a function to elsewhere than the edge: the place for faults of such calls. */
  outgoing?: (call: OutgoingCall) => Promise<OutgoingVerdict>
  /** How long an asynchronous invocation waits before its first retry; the second waits twice as long. On AWS one minute. */
  asyncRetryDelayMs?: number
  /** Hears what each start and each invocation of a function used; environments are then processes instead of worker threads. */
  onUse?: (functionName: string, use: EnvironmentUse) => void
}

/** Runs an invocation: with its own payload unless another one is given, and with the true time unless its clock is skewed. */
export type RunInvocation = (otherwise?: { payload?: unknown; clockSkewMs?: number }) => Promise<InvokeResult>

/** A connection that a function opens to elsewhere than the edge. */
export interface OutgoingCall {
  functionName: string
  environment: string
  /** Name or address, and port. */
  host: string
  /** The payload of the invocation that opens the connection. */
  payload: unknown
}

export interface ObservedInvocation {
  functionName: string
  /** `$LATEST` or a number. */
  version: string
  requestId: string
  payload: unknown
}

/** Lambda on this machine: functions of the synthesized app, run in worker threads. */
export interface LambdaPool {
  /** Adds the function or replaces its `$LATEST`. Environments of unchanged functions stay warm. */
  deploy(deployment: FunctionDeployment): void
  /**
   * The number of the version that this label stands for, durably. A label names one content: the logical id of a synthesized
   * version, with the hash of its bundle where bundles change without a new synth.
   */
  versionNumber(name: string, label: string): number
  /**
   * Publishes `$LATEST` under this number. A version that exists keeps its code (with a warning when `$LATEST` has other code) and
   * takes the environment only, whose addresses change with the stack's port.
   */
  publishVersion(name: string, version: string): void
  putAlias(name: string, alias: string, version: string): void
  /** Forgets published versions that no one needs any more; what was published since the start stays. */
  keepVersions(isNeeded: (name: string, version: string) => boolean): void
  /**
   * Invokes and waits (RequestResponse). What the function did is in the result; throws {@link AwsError} for what Lambda itself
   * refuses: `ResourceNotFoundException` (404), `TooManyRequestsException` (429, reserved concurrency),
   * `RequestTooLargeException` (413), `ServiceException` (500, the stack is stopping).
   */
  invoke: InvokeFunction
  /** Accepts the event, durably, and runs it later (Event), with retries. Throws for an unknown function. */
  invokeAsync(functionRef: string, payload: unknown, options?: AsyncInvokeOptions): void
  /** Runs the accepted events that the last stop or kill cut off, once the functions are deployed. */
  resumeAsync(optionsOf: (functionRef: string) => AsyncInvokeOptions): void
  /** The role in whose session this access key is; undefined for keys that no function of this stack got. */
  identify(accessKeyId: string): string | undefined
  /** The secret of an issued access key, to verify signatures with. */
  secretOf(accessKeyId: string): string | undefined
  /** Names of the deployed functions. */
  names(): string[]
  /** The last lines a function printed, oldest first. */
  recentLines(name: string): string[]
  /**
   * Ends a function's environments at once, with what runs in them, as a crash would; only one of them where its id is given.
   * Answers how many there were.
   */
  crash(name: string, environment?: string): number
  stop(): Promise<void>
}

/** Lambda's limit for the payload of an invocation, in bytes. */
const payloadBytesMax = 6 * 1024 * 1024

/** 16 × 22 MB, beside the stack itself and its database, stays under 600 MB. */
const workersMax = 16

/**
 * Functions mostly wait for I/O, so at least two overlap well. More than the machine's cores bring no throughput (measured with two:
 * 82 to 89 requests/s either way) but 22 MB each.
 */
const workersPerFunctionMax = Math.min(4, Math.max(2, availableParallelism()))

/** A few cold starts long: below it, functions that share too few workers would do little but start. */
const workerOverdueAfterMs = 500

/** About a cold start: whoever is served sooner by a warm worker should not cost the memory of another. */
const workerScaleAfterMs = 100

/** As on AWS. */
const asyncRetryDelayMs = 60_000

/** Long enough to outlast the pauses within a burst. */
const workerSurplusIdleMs = 10_000

export function createLambdaPool(options: LambdaPoolOptions): LambdaPool {
  const { dataDir, endpointUrl, log, now = () => new Date() } = options
  const root = join(dataDir, 'lambda')
  mkdirSync(root, { recursive: true })
  const deployments = openDeployments(root)
  const sessions = openSessions(root)
  const logs = openFunctionLogs(join(dataDir, 'logs'))
  const stopping = new AbortController()
  const inFlight = new Map<string, number>()
  const environments = new EnvironmentPool({
    environmentsMax: options.maxWorkers ?? workersMax,
    environmentsPerVersionMax: ({ name }) => options.maxWorkersOf?.(name) ?? workersPerFunctionMax,
    overdueAfterMs: workerOverdueAfterMs,
    scaleAfterMs: workerScaleAfterMs,
    surplusIdleMs: workerSurplusIdleMs,
    start(version) {
      const codeDir = deployments.codeDir(version)
      const id = randomUUID()
      const credentials = sessions.issueFor(id, version.name, version.roleName)
      return startEnvironment({
        id,
        version,
        codeDir,
        compileCacheDir: join(root, 'compile-cache'),
        variables: variablesOf(version, { codeDir, endpointUrl, credentials, now: now() }),
        writeLine: (line) => logs.write(version.name, line),
        judge: async (host, payload) =>
          options.outgoing?.({ functionName: version.name, environment: id, host, payload: JSON.parse(payload) }) ?? {
            do: 'pass',
          },
        timeLimitMs: options.timeLimitMs,
        ...(options.onUse && { onUse: (use: EnvironmentUse) => options.onUse?.(version.name, use) }),
      })
    },
  })
  // Executions from before a restart call these at once, before anything is deployed.
  for (const { name, roleName } of deployments.published()) sessions.issue(name, roleName)

  async function invoke(functionRef: string, payload: unknown): Promise<InvokeResult> {
    refuseWhileStopping()
    const version = deployments.resolve(functionRef)
    const text = JSON.stringify(payload ?? {})
    if (Buffer.byteLength(text) > payloadBytesMax) {
      throw new AwsError('RequestTooLargeException', `${Buffer.byteLength(text)} byte payload is too large`, 413)
    }
    const requestId = randomUUID()
    const run: RunInvocation = ({ payload: other, clockSkewMs = 0 } = {}) =>
      runOnce(version, { requestId, payload: other === undefined ? text : JSON.stringify(other), clockSkewMs })
    if (!options.around) return run()
    return options.around({ functionName: version.name, version: version.version, requestId, payload }, run)
  }

  async function runOnce(
    version: FunctionVersion,
    invocation: Omit<Invocation, 'invokedFunctionArn'>,
  ): Promise<InvokeResult> {
    const { name } = version
    const { requestId } = invocation
    const running = inFlight.get(name) ?? 0
    // Those that wait for a worker count too: on AWS they would run.
    if (running >= (deployments.reservedConcurrency(name) ?? Number.POSITIVE_INFINITY)) {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      })
    }
    inFlight.set(name, running + 1)
    const invokedFunctionArn = functionArnOf(name, version.version === '$LATEST' ? undefined : version.version)
    try {
      const result = await environments.run(version, (one) => one.invoke({ ...invocation, invokedFunctionArn }))
      // A function that our own stop cut off did not fail: whoever called it asks again after the restart.
      if (result.status === 'failed') refuseWhileStopping()
      if (result.status === 'failed') report(version, requestId, result)
      return result
    } finally {
      inFlight.set(name, (inFlight.get(name) ?? 1) - 1)
    }
  }

  function refuseWhileStopping() {
    if (stopping.signal.aborted) throw new AwsError('ServiceException', 'the stack is stopping', 500)
  }

  function report({ name }: FunctionVersion, requestId: string, failure: InvokeResult & { status: 'failed' }) {
    logs.write(name, `${now().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(failure)}`)
    const isOfRuntime = /^(Sandbox|Runtime|Function)\./.test(failure.errorType)
    if (isOfRuntime) log.warn(`${name}: ${failure.errorType}: ${failure.errorMessage}`)
  }

  const later = openAsyncInvocations({
    folder: root,
    invoke,
    log,
    now,
    signal: stopping.signal,
    retryDelayMs: options.asyncRetryDelayMs ?? asyncRetryDelayMs,
  })
  return {
    deploy(deployment) {
      const version = deployments.deploy(deployment)
      sessions.issue(deployment.name, deployment.roleName)
      environments.retire((other) => other.name === version.name && other.version === '$LATEST' && other !== version)
    },
    versionNumber: deployments.versionNumber,
    publishVersion(name, version) {
      if (deployments.publishVersion(name, version)) return
      log.warn(
        `${name}: version ${version} keeps the code it was published with; synthesize again to publish the changed code`,
      )
    },
    putAlias: deployments.putAlias,
    keepVersions: (isNeeded) =>
      deployments.keepVersions((name, version) => isNeeded(name, version) || later.needs(name, version)),
    invoke,
    invokeAsync(functionRef, payload, invokeOptions = {}) {
      deployments.resolve(functionRef)
      later.accept(functionRef, payload, invokeOptions)
    },
    resumeAsync: later.resume,
    identify: sessions.identify,
    secretOf: sessions.secretOf,
    names: deployments.names,
    recentLines: logs.recent,
    crash: (functionName, environment) => environments.crash(functionName, environment),
    async stop() {
      stopping.abort()
      await environments.stop()
      later.close()
      await logs.close()
    },
  }
}
