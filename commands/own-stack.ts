import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { openTarget, type Target } from '../proof/target.ts'

/**
 * A whole stack of one's own, as a user starts it: a process, a free port, a folder; but without sample data, whose events would
 * still be under way when the first thing is judged.
 */
export interface OwnStack extends Target {
  /** SIGKILL: nothing in it gets a chance to tidy up. */
  kill(): Promise<void>
  /** Resolves when it was killed with SIGKILL, by whomever; rejects when it ended in another way. */
  killed(): Promise<void>
  /** On the same data and port, after a kill or a stop. */
  startAgain(): Promise<void>
  /** SIGTERM, then the folder is removed. Answers the exit code. */
  stop(): Promise<number | null>
}

const startMsMax = 120_000
const rootDir = resolve(import.meta.dirname, '..')

/** Starts it; `onProgress` is told what it does meanwhile, the first time. Rejects with all that it printed when it does not get ready. */
export async function startOwnStack({
  onProgress = () => {},
}: {
  onProgress?: (step: string) => void
} = {}): Promise<OwnStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-own-'))
  let child = spawnStart(dataDir, 0)
  const edgeUrl = await ready(child, onProgress).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  })
  return {
    ...openTarget({ dataDir }),
    async kill() {
      child.kill('SIGKILL')
      await gone(child)
    },
    async killed() {
      await gone(child)
      if (child.signalCode !== 'SIGKILL') throw new Error(`the stack ended by itself, with ${child.exitCode}`)
    },
    async startAgain() {
      child = spawnStart(dataDir, Number(new URL(edgeUrl).port))
      await ready(child, () => {})
    },
    async stop() {
      child.kill('SIGTERM')
      const code = await gone(child)
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

function spawnStart(dataDir: string, port: number): ChildProcess {
  const args = [
    join(rootDir, 'commands', 'run.mjs'),
    'start',
    '--no-samples',
    '--data',
    dataDir,
    '--port',
    String(port),
  ]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
}

/** Resolves with the edge's address when the stack says so; rejects with all it printed when it ends before, or takes too long. */
function ready(child: ChildProcess, onProgress: (step: string) => void): Promise<string> {
  const printed: string[] = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`not ready in time:\n${printed.join('\n')}`))
    }, startMsMax)
    let isReady = false
    const onLine = (line: string) => {
      if (isReady) return
      printed.push(line)
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
      reject(new Error(`the stack ended with ${code}:\n${printed.join('\n')}`))
    })
  })
}

async function gone(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
