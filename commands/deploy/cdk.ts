import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Runs the CDK CLI in the project's root, and passes its output through. Rejects when it fails. */
export function runCdk(args: readonly string[], env: Record<string, string>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('cdk', args, { cwd: rootDir, env: { ...process.env, ...env }, stdio: 'inherit' })
  child.on('error', reject)
  child.on('exit', (code) =>
    code === 0 ? resolve() : reject(new Error(`cdk ${args[0]} failed: its output above says why`)),
  )
  return promise
}
