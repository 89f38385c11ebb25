import type { InvokeResult } from '../ports.ts'
import type { FunctionVersion } from './deployment.ts'
import { startProcess, startThread } from './host.ts'

/** One execution environment: it takes one invocation at a time, and does not outlive a timeout, an exit or a crash. */
export interface Environment {
  readonly id: string
  /** Never rejects: what goes wrong in the function is the result. */
  invoke(invocation: Invocation): Promise<InvokeResult>
  /** Ends it at once; what runs in it fails with `Runtime.ExitError`. */
  stop(): Promise<void>
  /** False from the moment that it is known to end. */
  readonly isUsable: boolean
  /** Resolves when it is gone, for whatever reason. */
  readonly ended: Promise<void>
}

export interface Invocation {
  requestId: string
  /** JSON text. */
  payload: string
  invokedFunctionArn: string
  /** How far the clock that the function sees is ahead of the true time. */
  clockSkewMs: number
}

export interface EnvironmentOptions {
  id: string
  version: FunctionVersion
  codeDir: string
  compileCacheDir: string
  /** The complete environment of the function. */
  variables: Record<string, string>
  writeLine(line: string): void
  /** Judges a connection to elsewhere than the edge, made while this invocation (JSON text) runs. */
  judge(host: string, payload: string): Promise<OutgoingVerdict>
  /** How long an invocation or the start may take, in milliseconds; by default what the function says, and {@link initMsMax}. */
  timeLimitMs?: number | undefined
  /** Runs it in a process of its own, and tells what each part of its life used. */
  onUse?: (use: EnvironmentUse) => void
}

/** What an environment used. `init` is from its start until it could take its first invocation. */
export interface EnvironmentUse {
  environment: string
  phase: 'init' | 'invocation'
  /** CPU time of all threads, in milliseconds. */
  cpuMs: number
  /** The most memory that was resident since its start, Node and shared libraries included. */
  peakBytes: number
}

/**
 * What becomes of a connection: `refuse` breaks it off with an error code, `lose` breaks off when the answer comes, `swallow` keeps
 * the answer from the function and calls `onAnswer`.
 */
export type OutgoingVerdict =
  | { do: 'pass' }
  | { do: 'refuse'; code: string }
  | { do: 'lose' }
  | { do: 'swallow'; onAnswer: () => void }

type Failure = { errorType: string; errorMessage: string; trace?: string[] }
type Use = Pick<EnvironmentUse, 'cpuMs' | 'peakBytes'>
type Message =
  | { kind: 'ready'; use?: Use }
  | { kind: 'result'; requestId: string; payload: string; use?: Use }
  | { kind: 'error'; requestId: string; failure: Failure; use?: Use }
  | { kind: 'fatal'; failure: Failure }
  | { kind: 'outgoing'; id: number; host: string }
  | { kind: 'swallowed'; id: number }

/** Lambda allows 10 s; a machine that starts every function at once needs more. */
const initMsMax = 30_000

export function startEnvironment({
  id,
  version,
  codeDir,
  compileCacheDir,
  variables,
  writeLine,
  judge,
  timeLimitMs,
  onUse,
}: EnvironmentOptions): Environment {
  const host = (onUse ? startProcess : startThread)({
    name: version.name,
    memoryMb: version.memoryMb,
    variables,
    runtimeData: { codeDir, compileCacheDir, handlerName: version.handler },
  })
  captureLines(host.stdout, writeLine)
  captureLines(host.stderr, writeLine)

  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  /** Why it cannot be used any more; the first reason counts. */
  let death: Failure | undefined
  let current: { requestId: string; payload: string; settle: (result: InvokeResult) => void } | undefined

  function settle(result: InvokeResult) {
    current?.settle(result)
    current = undefined
  }

  host.onMessage((received) => {
    const message = received as Message
    if ('use' in message && message.use)
      onUse?.({ environment: id, phase: message.kind === 'ready' ? 'init' : 'invocation', ...message.use })
    if (message.kind === 'ready') ready.resolve()
    else if (message.kind === 'fatal') death ??= message.failure
    else if (message.kind === 'outgoing') void judged(message)
    else if (message.kind === 'swallowed') swallowed.get(message.id)?.()
    else if (message.requestId !== current?.requestId) return
    else if (message.kind === 'error') settle(failed(message.failure))
    else settle({ status: 'succeeded', payload: JSON.parse(message.payload) })
  })
  host.onError((error) => {
    const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    death ??= exited(outOfMemory ? `Runtime exited with error: signal: killed (${version.memoryMb} MB)` : String(error))
  })
  host.onExit((code) => {
    death ??= exited(
      code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`,
    )
    ready.resolve()
    settle(failed(death))
    ended.resolve()
  })

  /** What is to be done when an answer was swallowed, by the number of its connection. */
  const swallowed = new Map<number, () => void>()

  async function judged({ id, host: called }: { id: number; host: string }): Promise<void> {
    const verdict = await judge(called, current?.payload ?? '{}')
    if (verdict.do === 'swallow') swallowed.set(id, verdict.onAnswer)
    host.postMessage({ kind: 'verdict', id, verdict: verdict.do === 'swallow' ? { do: 'swallow' } : verdict })
  }

  async function run({ requestId, ...invocation }: Invocation): Promise<InvokeResult> {
    const timeoutMs = timeLimitMs ?? version.timeoutSeconds * 1000
    const result = Promise.withResolvers<InvokeResult>()
    current = { requestId, payload: invocation.payload, settle: result.resolve }
    const timer = setTimeout(() => {
      death ??= timedOut(requestId, version.timeoutSeconds)
      settle(failed(death))
      void host.terminate()
    }, timeoutMs)
    host.postMessage({ requestId, ...invocation, deadlineMs: Date.now() + timeoutMs })
    try {
      return await result.promise
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    id,
    get isUsable() {
      return death === undefined
    },
    ended: ended.promise,
    async invoke(invocation) {
      const timer = setTimeout(() => {
        death ??= timedOut(invocation.requestId, initMsMax / 1000)
        void host.terminate()
      }, timeLimitMs ?? initMsMax)
      await ready.promise
      clearTimeout(timer)
      return death ? failed(death) : run(invocation)
    },
    async stop() {
      death ??= exited('Runtime exited with error: signal: killed')
      await host.terminate()
    },
  }
}

function failed(failure: Failure): InvokeResult {
  return { status: 'failed', ...failure }
}

function exited(errorMessage: string): Failure {
  return { errorType: 'Runtime.ExitError', errorMessage }
}

function timedOut(requestId: string, seconds: number): Failure {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`
  return { errorType: 'Sandbox.Timedout', errorMessage }
}

/** A line longer than this is cut into pieces, so that a function that prints without newlines does not fill the memory. */
const lineCharsMax = 256 * 1024

function captureLines(stream: NodeJS.ReadableStream, writeLine: (line: string) => void) {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineCharsMax) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) writeLine(line)
  })
  stream.on('end', () => {
    if (rest) writeLine(rest)
  })
}
