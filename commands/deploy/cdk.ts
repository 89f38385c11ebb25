import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { toolCommand } from '../program/tool.ts'
import { failureReason } from './failure-reason.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

export interface CdkRun {
  /** Environment variables, in addition to those of this process. */
  env: Record<string, string>
  /** Receives everything that the CLI prints. */
  logFile: string
  onLine?: (line: string) => void
}

/** Runs the CDK CLI in the project's root. Rejects with one line: why it failed, and where its whole output is. */
export async function runCdk(args: readonly string[], { env, logFile, onLine = () => {} }: CdkRun): Promise<void> {
  const variables = { ...process.env, ...env, NO_COLOR: '1' }
  const child = spawn(...toolCommand('cdk', args), { cwd: rootDir, env: variables, stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(logFile, { flags: 'a' })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      log.write(`${line}\n`)
      lines.push(line)
      onLine(line)
    })
  const [code] = await once(child, 'close')
  await new Promise((done) => log.end(done))
  if (code !== 0)
    throw new Error(`cdk ${args[0]} failed: ${failureReason(lines)} (everything that it printed is in ${logFile})`)
}

/** Runs the CDK CLI on the terminal of this process, where it can ask. Rejects when it fails; what it printed says why. */
export async function runCdkOnTerminal(args: readonly string[]): Promise<void> {
  const child = spawn(...toolCommand('cdk', args), { cwd: rootDir, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`cdk ${args[0]} failed: its output above says why`)
}
