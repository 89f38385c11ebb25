import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** The embedded stack of a test build, in a process of its own. */
export interface MutantStack {
  /** Resolves when the process has ended, as after a fault that kills the stack. */
  killed(): Promise<void>
  /** Starts it again on the same data and port, with another assembly if one is given. */
  startAgain(assemblyDir?: string): Promise<void>
  stop(): Promise<void>
}

const program = join(import.meta.dirname, 'stack-process.ts')

/** The same settings as in commands/run.mjs. */
const lean = { execArgv: ['--optimize-for-size'], variables: { MALLOC_ARENA_MAX: '2' } }

/** Starts it on a free port, with its data in `dataDir`. Rejects with the output of the process when it ends before it is ready. */
export async function startMutantStack(assemblyDir: string, dataDir: string): Promise<MutantStack> {
  let { child, port } = await start([assemblyDir, dataDir, '0'])
  return {
    killed: () => ended(child),
    async startAgain(otherAssemblyDir = assemblyDir) {
      ;({ child, port } = await start([otherAssemblyDir, dataDir, port]))
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
  const output: string[] = []
  child.stderr?.on('data', (chunk) => output.push(String(chunk)))
  const message = await Promise.race([once(child, 'message'), ended(child)])
  if (!message) throw new Error(`the stack ended before it was ready: ${output.join('').trim()}`)
  return { child, port: String(message[0]) }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
