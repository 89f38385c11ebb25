import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** The embedded stack in a process of its own. */
export interface StackProcess {
  /** The id of its first process, from which the others descend. */
  pid: number
  edgeUrl: string
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  /** Resolves when it has ended: with its exit code, or with the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>
}

interface Settings {
  dataDir: string
  /** 0 is a free one. */
  port: number
  /** `lean` is what `npm start` runs, which trades speed for memory. */
  isLean?: boolean
  /** Further options of `npm start`. */
  options?: readonly string[]
  /** Receives the steps of the start. */
  onProgress?: (step: string) => void
}

const startMsMax = 120_000
const commandsDir = resolve(import.meta.dirname, '..')

/** Starts the stack without sample data, and resolves when it is ready. Rejects with its output when it ends before, or takes too long. */
export async function startStackProcess({
  dataDir,
  port,
  isLean = false,
  options = [],
  onProgress = () => {},
}: Settings): Promise<StackProcess> {
  const command = isLean ? [join(commandsDir, 'run.mjs'), 'start'] : [join(commandsDir, 'start.ts')]
  const args = [...command, '--no-samples', '--data', dataDir, '--port', String(port), ...options]
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(process.execPath, args, {
    cwd: resolve(commandsDir, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  const edgeUrl = await ready(child, onProgress)
  return {
    pid: child.pid ?? 0,
    edgeUrl,
    kill: (signal) => void child.kill(signal),
    async ended() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return child.exitCode ?? child.signalCode
    },
  }
}

/** Resolves with the address of the edge. */
function ready(child: ChildProcess, onProgress: (step: string) => void): Promise<string> {
  const output: string[] = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the stack was not ready after ${startMsMax / 1000} s:\n${output.join('\n')}`))
    }, startMsMax)
    let isReady = false
    const onLine = (line: string) => {
      if (isReady) return
      output.push(line)
      const [, step] = /^(.*) … \([\d.]+ s\)$/.exec(line) ?? []
      if (step) onProgress(step)
      const [, url] = /^Steadfast is ready at (\S+)/.exec(line) ?? []
      if (!url) return
      isReady = true
      clearTimeout(timer)
      resolve(url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', onLine)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the stack ended with code ${code} before it was ready:\n${output.join('\n')}`))
    })
  })
}
