import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { openTarget, type Target } from '../../proof/target.ts'

/**
 * A whole stack as `npm start` runs it, in a process of its own, on a free port, with throw-away data. It has no sample data, whose events
 * would still be on their way when the first scenario is judged.
 */
export interface TemporaryStack extends Target {
  /** Sends SIGKILL, so that nothing in it can clean up, and waits for the end. */
  kill(): Promise<void>
  /** Resolves when the process was killed with SIGKILL, by anyone; rejects when it ended in another way. */
  killed(): Promise<void>
  /** Starts it again on the same data and port, after it was killed. */
  startAgain(): Promise<void>
  /** Sends SIGTERM, waits for the end, removes the data, and returns the exit code. */
  stop(): Promise<number | null>
}

const startMsMax = 120_000
const rootDir = resolve(import.meta.dirname, '..', '..')

/** Starts the stack; `onProgress` receives the steps of the first start. Rejects with the output when it does not become ready. */
export async function startTemporaryStack({
  onProgress = () => {},
}: {
  onProgress?: (step: string) => void
} = {}): Promise<TemporaryStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-own-'))
  let child = spawnStack(dataDir, 0)
  const edgeUrl = await ready(child, onProgress).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  })
  return {
    ...openTarget({ dataDir }),
    async kill() {
      child.kill('SIGKILL')
      await exitCode(child)
    },
    async killed() {
      await exitCode(child)
      if (child.signalCode !== 'SIGKILL') throw new Error(`the stack ended by itself, with code ${child.exitCode}`)
    },
    async startAgain() {
      child = spawnStack(dataDir, Number(new URL(edgeUrl).port))
      await ready(child, () => {})
    },
    async stop() {
      child.kill('SIGTERM')
      const code = await exitCode(child)
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

function spawnStack(dataDir: string, port: number): ChildProcess {
  // Not by run.mjs, which trades speed for memory.
  const start = join(rootDir, 'commands', 'start.ts')
  const args = [start, '--no-samples', '--data', dataDir, '--port', String(port)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
}

/** Resolves with the address of the edge; rejects with the output when the process ends, or is not ready in time. */
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

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
