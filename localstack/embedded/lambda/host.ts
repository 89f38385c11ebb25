import { fork } from 'node:child_process'
import { type Readable, Stream } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** What an execution environment runs in. */
export interface Host {
  postMessage(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** Called before `onExit` when it ends by an error that the code in it did not catch. */
  onError(listener: (error: Error & { code?: string }) => void): void
  /** Called once, with the exit code. */
  onExit(listener: (code: number) => void): void
  terminate(): Promise<unknown>
  stdout: Readable
  stderr: Readable
}

export interface HostOptions {
  name: string
  memoryMb: number
  /** The complete environment of the function. */
  variables: Record<string, string>
  /** What the runtime reads at its start. */
  runtimeData: { codeDir: string; compileCacheDir?: string; handlerName: string }
}

/** V8 would let short-lived objects take up to 48 MB in every worker; functions are idle enough for more frequent collections. */
const youngGenerationMb = 4

/** A thread of this process: starts fast and shares what Node needs. */
export function startThread({ name, memoryMb, variables, runtimeData }: HostOptions): Host {
  const worker = new Worker(new URL('./runtime.mjs', import.meta.url), {
    name,
    env: variables,
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
    workerData: runtimeData,
  })
  return {
    postMessage: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', listener),
    onError: (listener) => void worker.on('error', listener),
    onExit: (listener) => void worker.once('exit', listener),
    terminate: () => worker.terminate(),
    stdout: worker.stdout,
    stderr: worker.stderr,
  }
}

/**
 * A process of its own, as on Lambda: its memory and CPU time are the function's alone and can be measured. It has no compile cache,
 * as Lambda has none, and V8's own defaults for short-lived objects.
 */
export function startProcess({ memoryMb, variables, runtimeData }: HostOptions): Host {
  const { compileCacheDir: _, ...data } = runtimeData
  const child = fork(fileURLToPath(new URL('./runtime.mjs', import.meta.url)), [JSON.stringify(data)], {
    env: variables,
    execArgv: [`--max-old-space-size=${memoryMb}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    // What is sent to a process that has just ended is lost with it; the exit tells.
    postMessage: (message) => void (child.connected && child.send(message as object, () => {})),
    onMessage: (listener) => void child.on('message', listener),
    onError: (listener) => void child.on('error', listener),
    onExit: (listener) => void child.once('exit', (code) => listener(code ?? 137)),
    async terminate() {
      child.kill('SIGKILL')
      await ended
    },
    stdout: child.stdout ?? Stream.Readable.from([]),
    stderr: child.stderr ?? Stream.Readable.from([]),
  }
}
