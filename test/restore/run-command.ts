import { execFile } from 'node:child_process'
import { resolve } from 'node:path'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Runs a command of the project as its npm script does. */
export function runCommand(
  name: string,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      ['commands/run.mjs', name, ...args],
      { cwd: rootDir },
      (_, stdout, stderr) => done({ code: child.exitCode ?? 1, stdout, stderr }),
    )
  })
}
