import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

/** Lines of a failed tool's output that its error shows. */
const linesShown = 40

/** Runs a program to its end, and returns its output. Rejects with the end of that when it fails, or cannot be started. */
export function runTool(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text))
  child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)))
  child.on('close', (code) => {
    if (code === 0) return resolve(output.join(''))
    const end = output.join('').trimEnd().split('\n').slice(-linesShown).join('\n')
    reject(new Error(`${command} ${args[0] ?? ''} failed with code ${code}:\n${end}`))
  })
  return promise
}

/** What a program prints, both streams together; undefined when it fails or does not exist. */
export async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args)
    return `${stdout}${stderr}`.trim()
  } catch {
    return undefined
  }
}
