import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { FromUnitTests } from '../../proof/mutants/failed-tests-reporter.ts'
import { plantedMutantVariable } from '../../proof/mutants/planted.ts'
import type { UnitTestKill } from '../../proof/mutants/record.ts'
import { toolCommand } from '../program/tool.ts'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Three tests are enough to know that no single one stands alone. */
const enough = 3

interface UnitTestOptions {
  /** What has not failed by then is not known. */
  secondsMax: number
  signal: AbortSignal
}

/**
 * Runs the unit tests that load what the mutant changes, nearest first, until enough have failed or time is over, and returns the names of
 * those that failed, by file. Throws when the tests could not be run.
 */
export async function runUnitTests(mutant: string, { secondsMax, signal }: UnitTestOptions): Promise<UnitTestKill> {
  signal.throwIfAborted()
  const [program, args] = toolCommand('vitest', ['run', '--config', 'vitest.mutant.config.ts'])
  const child = spawn(program, args, {
    cwd: rootDir,
    env: { ...process.env, [plantedMutantVariable]: mutant },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own, which can be ended with the processes that run the tests: one of them may be in a loop without end.
    detached: process.platform !== 'win32',
  })
  const errors = text(child.stderr as NodeJS.ReadableStream)
  const closed = once(child, 'close')
  const failed: Record<string, string[]> = {}
  let ran: UnitTestKill['ran'] | undefined
  const stop = (reason: UnitTestKill['ran'] | undefined) => {
    ran ??= reason
    killGroup(child)
  }
  const abort = () => stop(undefined)
  const timer = setTimeout(() => stop('until time was over'), secondsMax * 1_000)
  signal.addEventListener('abort', abort)
  child.on('message', (message: FromUnitTests) => {
    if ('tests' in message) ran ??= 'all'
    else if (!ran) {
      const { file, test } = message.failed
      failed[file] = [...(failed[file] ?? []), test]
      if (Object.values(failed).flat().length >= enough) stop('until enough failed')
    }
  })
  await closed
  clearTimeout(timer)
  signal.removeEventListener('abort', abort)
  signal.throwIfAborted()
  if (!ran) throw new Error(`the unit tests could not be run: ${(await errors).trim()}`)
  return { failed, ran }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill('SIGKILL')
  else process.kill(-child.pid, 'SIGKILL')
}
