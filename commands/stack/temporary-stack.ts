import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTarget, type Target } from '../../proof/target.ts'
import { startStackProcess } from './stack-process.ts'

/**
 * A whole stack in a process of its own, on a free port, with throw-away data. It has no sample data, whose events would still be on their
 * way when the first scenario is judged.
 */
export interface TemporaryStack extends Target {
  /** Sends SIGKILL, so that nothing in it can clean up, and waits for the end. */
  kill(): Promise<void>
  /** Resolves when the process was killed with SIGKILL, by anyone; rejects when it ended in another way. */
  killed(): Promise<void>
  /** Starts it again on the same data and port, after it was killed, with these options of `npm start`. */
  startAgain(options?: readonly string[]): Promise<void>
  /** Sends SIGTERM, waits for the end, removes the data, and returns the exit code. */
  stop(): Promise<number | null>
}

/** Starts the stack; `onProgress` receives the steps of the first start. Rejects with the output when it does not become ready. */
export async function startTemporaryStack({
  onProgress = () => {},
  signal,
}: {
  onProgress?: (step: string) => void
  /** Its reason, once it has aborted, is what a failed start throws: Ctrl-C also ends the process of the stack. */
  signal?: AbortSignal
} = {}): Promise<TemporaryStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-own-'))
  let stack = await startStackProcess({ dataDir, port: 0, onProgress }).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true })
    signal?.throwIfAborted()
    throw error
  })
  return {
    ...openTarget({ dataDir }),
    async kill() {
      stack.kill('SIGKILL')
      await stack.ended()
    },
    async killed() {
      const end = await stack.ended()
      if (end !== 'SIGKILL') throw new Error(`the stack ended by itself, with ${end}`)
    },
    async startAgain(options = []) {
      stack = await startStackProcess({ dataDir, port: Number(new URL(stack.edgeUrl).port), options })
    },
    async stop() {
      stack.kill('SIGTERM')
      const end = await stack.ended()
      rmSync(dataDir, { recursive: true, force: true })
      return typeof end === 'number' ? end : null
    },
  }
}
