import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedStack } from '../localstack/embedded/stack.ts'
import { openTarget, type Target } from '../proof/target.ts'
import { casesAtOnce } from '../scenarios/matrix/run-matrix.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'

/** A stack of its own on which much may hang at the same time. */
export interface MatrixStack {
  target: Target
  /** Resolves when no function runs any more. */
  idle(): Promise<void>
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

/** A task that hangs outlives its time in the state machine twice, so that each saga under way may keep three workers. */
const workersOfSteps = 3 * casesAtOnce

/** What is usual for a function; as many would do for all others together. */
const workersOfOthers = 4

const workers = {
  maxWorkers: 3 * workersOfSteps + 6 * workersOfOthers,
  maxWorkersOf: (name: string) => (/-run-\w+-step$/.test(name) ? workersOfSteps : workersOfOthers),
}

export async function startMatrixStack(onProgress: (step: string) => void): Promise<MatrixStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-matrix-'))
  const ended = new EventEmitter()
  let running = 0
  try {
    const stack = await startEmbeddedStack({
      assemblyDir: await synthesizeApp(onProgress),
      dataDir,
      port: 0,
      workers,
      log: { info: () => {}, warn: () => {} },
      onProgress,
      async aroundInvocation(_, run) {
        running++
        try {
          return await run()
        } finally {
          if (--running === 0) ended.emit('idle')
        }
      },
    })
    return {
      target: openTarget({ dataDir }),
      async idle() {
        while (running > 0) await once(ended, 'idle')
      },
      async stop() {
        await stack.stop()
        rmSync(dataDir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}
