import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/**
 * Installs emulators and scanners while other proofs run, with the processor time that these leave. Resolves when that has ended, in
 * whatever way: a proof whose tools are not there installs them itself.
 */
export function installAhead(): Promise<void> {
  const child = spawn(process.execPath, ['test/fixtures/install-ahead.ts'], { stdio: 'ignore' })
  return new Promise((resolve) => {
    child.on('spawn', () => setPriority(Number(child.pid), constants.priority.PRIORITY_LOW))
    child.on('error', () => resolve())
    child.on('exit', () => resolve())
  })
}
