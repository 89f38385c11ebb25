import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTool } from '../../localstack/host/run-tool.ts'
import { openTarget, type Target } from '../../proof/target.ts'
import { type EmulatorName, installEmulator } from '../stack/emulators.ts'
import { startStackProcess } from '../stack/stack-process.ts'

/** A stack of its own for a benchmark, with throw-away data. */
export interface BenchTarget {
  target: Target
  /** Its first process; the others descend from it. */
  pid: number
  /** The time from the command to the first answer: start, and deployment where there is one. */
  startSeconds: number
  stop(): Promise<void>
}

/** The embedded stack as `npm start` runs it, without sample data. */
export async function startEmbedded(dataDir: string): Promise<BenchTarget> {
  const startedAtMs = performance.now()
  const stack = await startStackProcess({ dataDir, port: 0, isLean: true })
  const startSeconds = (performance.now() - startedAtMs) / 1000
  return {
    target: openTarget({ dataDir }),
    pid: stack.pid,
    startSeconds,
    async stop() {
      stack.kill('SIGTERM')
      await stack.ended()
    },
  }
}

/** An emulator, with the app deployed onto it. Throws an error that names the tool that this machine lacks for it. */
export async function startOther(name: EmulatorName): Promise<BenchTarget> {
  const home = mkdtempSync(join(tmpdir(), 'steadfast-bench-'))
  // Installing is not measured.
  const start = await installEmulator[name](join(home, name))
  const startedAtMs = performance.now()
  const emulator = await start()
  const stop = async () => {
    await emulator.stop()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const dataDir = join(home, 'data')
    const env = { ...process.env, AWS_ENDPOINT_URL: emulator.url }
    const deploy = ['commands/run.mjs', 'deploy', '--target', 'localstack', '--data', dataDir]
    await runTool(process.execPath, deploy, { env })
    const startSeconds = (performance.now() - startedAtMs) / 1000
    return { target: openTarget({ dataDir }), pid: emulator.pid, startSeconds, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
