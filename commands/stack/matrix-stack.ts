import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSteadfast } from '../../localstack/steadfast/start-steadfast.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { casesAtOnceMax } from '../../scenarios/matrix/run-matrix.ts'
import { synthesizeApp } from './synthesize-app.ts'

/** A whole stack in this process, with throw-away data and enough workers for many invocations that hang. */
export interface MatrixStack {
  target: Target
  /** Resolves when no function is running. */
  idle(): Promise<void>
  /** Stops the stack and removes its data. */
  stop(): Promise<void>
}

/** The usual number for any function but those that run steps. */
const otherWorkersMax = 4

/** All workers together: of three step functions, and of about six others that are busy at the same time. */
function workersFor(casesAtOnce: number) {
  // Twice, an invocation that hangs outlives its task in the state machine, so each running saga may occupy three workers.
  const stepWorkersMax = 3 * casesAtOnce
  return {
    maxWorkers: 3 * stepWorkersMax + 6 * otherWorkersMax,
    maxWorkersOf: (name: string) => (/-run-\w+-step$/.test(name) ? stepWorkersMax : otherWorkersMax),
  }
}

/** Starts the stack for so many running cases of each saga. */
export async function startMatrixStack(
  onProgress: (step: string) => void,
  casesAtOnce = casesAtOnceMax,
): Promise<MatrixStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-matrix-'))
  const invocations = new EventEmitter()
  let running = 0
  try {
    const stack = await startSteadfast({
      assemblyDir: await synthesizeApp(onProgress),
      dataDir,
      port: 0,
      workers: workersFor(casesAtOnce),
      log: { info: () => {}, warn: () => {} },
      onProgress,
      async aroundInvocation(_, run) {
        running++
        try {
          return await run()
        } finally {
          if (--running === 0) invocations.emit('idle')
        }
      },
    })
    return {
      target: openTarget({ dataDir }),
      async idle() {
        while (running > 0) await once(invocations, 'idle')
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
