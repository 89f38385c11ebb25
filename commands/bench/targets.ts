import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { choosePort } from 'embedded-aws/tools'
import type { Emulator } from '../../localstack/host/emulator-process.ts'
import { findTools } from '../../localstack/host/find-tools.ts'
import { installLocalStack } from '../../localstack/host/install-localstack.ts'
import { installMiniStack, startMiniStack } from '../../localstack/host/ministack/ministack.ts'
import { runTool } from '../../localstack/host/run-tool.ts'
import { startLocalStack } from '../../localstack/host/start-localstack.ts'
import { openTarget, type Target } from '../../proof/target.ts'

/** A stack of its own for a benchmark, with throw-away data. */
export interface BenchTarget {
  target: Target
  /** Its first process; the others descend from it. */
  pid: number
  /** From the command to the first answer: start, and deployment where there is one. */
  startSeconds: number
  stop(): Promise<void>
}

export const otherNames = ['ministack', 'localstack'] as const
export type OtherName = (typeof otherNames)[number]

const rootDir = resolve(import.meta.dirname, '..', '..')

/** The embedded stack as `npm start` runs it, without sample data. */
export async function startEmbedded(dataDir: string): Promise<BenchTarget> {
  const startedAtMs = performance.now()
  const args = ['commands/run.mjs', 'start', '--no-samples', '--data', dataDir, '--port', '0']
  const child = spawn(process.execPath, args, { cwd: rootDir, stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface(child.stdout)) if (line.startsWith('Steadfast is ready')) break
  if (child.exitCode !== null) throw new Error('the embedded stack ended before it was ready: npm start says why')
  const startSeconds = (performance.now() - startedAtMs) / 1000
  return {
    target: openTarget({ dataDir }),
    pid: child.pid ?? 0,
    startSeconds,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

/** An emulator, with the app deployed onto it. Throws an error that names the tool that this machine lacks for it. */
export async function startOther(name: OtherName): Promise<BenchTarget> {
  const home = mkdtempSync(join(tmpdir(), 'steadfast-bench-'))
  const start = name === 'ministack' ? ministack : localstack
  const launch = await start(home)
  const startedAtMs = performance.now()
  const emulator = await launch()
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

type Launch = () => Promise<Emulator>

/** Installing is not measured. */
async function ministack(home: string): Promise<Launch> {
  const python = await installMiniStack(join(home, 'ministack'))
  return async () => startMiniStack(python, await choosePort(0))
}

async function localstack(home: string): Promise<Launch> {
  const installation = await installLocalStack(join(home, 'localstack'), await findTools())
  return async () => startLocalStack(installation, await choosePort(0))
}
