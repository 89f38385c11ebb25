import { parentPort, workerData } from 'node:worker_threads'
import { signToken } from '../../localstack/steadfast/token-keys.ts'
import { createConsoleReader } from '../../proof/console/console-reader.ts'
import { openTarget } from '../../proof/target.ts'
import type { ConsoleCall, ConsoleReply, ThreadCalls } from './console-sources.ts'

/** Reads for the console in a thread of its own: a check of all stored data must not hold up the edge. */
const { dataDir } = workerData as { dataDir: string }
const reader: ThreadCalls = {
  ...createConsoleReader(openTarget({ dataDir }), (claims) => signToken(dataDir, claims)),
  async scenarios() {
    // Loaded when needed: they are half of the code, and most who watch play none.
    const { scenarios } = await import('../../scenarios/all.ts')
    const { playableScenario } = await import('../../scenarios/runner/report/played-scenario.ts')
    return scenarios.map(playableScenario)
  },
}

parentPort?.on('message', async ({ id, name, argument }: ConsoleCall) => {
  const reply = (content: Omit<ConsoleReply, 'id'>) => parentPort?.postMessage({ id, ...content })
  try {
    reply({ value: await (reader[name] as (argument: unknown) => Promise<unknown>)(argument) })
  } catch (error) {
    reply({ error: error instanceof Error ? error.message : String(error) })
  }
})
