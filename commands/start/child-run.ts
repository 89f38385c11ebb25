import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that works for the console in a process of its own, with a folder of its own for temporary files. */
export interface ChildRun {
  send(message: object): void
  /** Asks it to end, ends it when it does not, and resolves when it is gone. */
  stop(): Promise<void>
  /** Resolves when it has ended by itself or was stopped; rejects with what it wrote when it failed. */
  ended: Promise<void>
}

/** A stack of its own stops within it. */
const stopMsMax = 10_000
const outputMax = 4_000

/**
 * Starts a program, which tells by messages and ends when this process ends or disconnects: nothing is left running whichever of both dies
 * first.
 */
export function startChildRun(program: string, args: readonly string[], tell: (message: unknown) => void): ChildRun {
  const tempDir = mkdtempSync(join(tmpdir(), 'steadfast-console-'))
  const child = fork(join(import.meta.dirname, program), args, {
    // As commands/run.mjs runs everything else: a machine has to hold several stacks.
    execArgv: ['--optimize-for-size'],
    env: { ...process.env, TMPDIR: tempDir, MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let output = ''
  let isStopped = false
  child.stderr?.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-outputMax)
  })
  child.on('message', tell)
  const exited = once(child, 'exit').finally(() => rmSync(tempDir, { recursive: true, force: true, maxRetries: 3 }))
  const ended = exited.then(([code]) => {
    if (code !== 0 && !isStopped) throw new Error(output.trim() || `the process ended with ${code}`)
  })
  return {
    ended,
    send: (message) => {
      // A process that has just ended needs nothing any more.
      if (child.connected) child.send(message, () => {})
    },
    async stop() {
      isStopped = true
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
      await ended.catch(() => {})
      clearTimeout(timer)
    },
  }
}
