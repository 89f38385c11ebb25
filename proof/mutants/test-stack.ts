import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A stack of a test build that runs in another process. */
export interface TestStack {
  /** Resolves when it was killed, by a fault of its own. */
  killed(): Promise<void>
  /** On the same data and port. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

const program = join(import.meta.dirname, 'stack-process.ts')

/** As commands/run.mjs starts a stack. */
const lean = { execArgv: ['--optimize-for-size'], variables: { MALLOC_ARENA_MAX: '2' } }

/** Starts one on a free port, with its state in `dataDir`. Rejects with what it printed when it does not start. */
export async function startTestStack(assemblyDir: string, dataDir: string): Promise<TestStack> {
  let { child, port } = await start([assemblyDir, dataDir, '0'])
  return {
    killed: () => ended(child),
    async startAgain() {
      ;({ child, port } = await start([assemblyDir, dataDir, port]))
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended(child)
    },
  }
}

async function start(args: string[]): Promise<{ child: ChildProcess; port: string }> {
  const child = fork(program, args, {
    execArgv: lean.execArgv,
    env: { ...process.env, ...lean.variables },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const printed: string[] = []
  child.stderr?.on('data', (chunk) => printed.push(String(chunk)))
  const first = await Promise.race([once(child, 'message'), ended(child)])
  if (!first) throw new Error(`the stack ended before it was ready: ${printed.join('').trim()}`)
  return { child, port: String(first[0]) }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
