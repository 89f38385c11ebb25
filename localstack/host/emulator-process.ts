import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { outputOf } from './run-tool.ts'

/** An emulator of AWS as a process of this machine. */
export interface Emulator {
  pid: number
  url: string
  logFile: string
  /** Rejects when it ends although nobody stopped it. */
  ended: Promise<never>
  /** Ends it with all its processes, and removes its data. Further calls do nothing but wait for that. */
  stop(): Promise<void>
}

export interface EmulatorSettings {
  name: string
  url: string
  /** Its command, given a folder for whatever it stores. */
  command(runDir: string): { file: string; args: string[]; env: NodeJS.ProcessEnv }
  /** What its log says once it takes requests. */
  readyLine: RegExp
}

const readyMsMax = 120_000
/** It keeps nothing, so nothing is lost when it is killed while it still shuts down. */
const shutdownMsMax = 3_000
const linesShown = 30

/** Starts an emulator with empty data. Rejects with the end of its log when it does not become ready. */
export async function startEmulator({ name, url, command, readyLine }: EmulatorSettings): Promise<Emulator> {
  const runDir = mkdtempSync(join(tmpdir(), `steadfast-${name.toLowerCase()}-`))
  const logFile = join(runDir, 'log')
  const { file, args, env } = command(runDir)
  // A process group of its own, so that Ctrl-C reaches only this process, which then stops it in order.
  const child = spawn(file, args, { cwd: runDir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const log = createWriteStream(logFile)
  const lastLines: string[] = []
  const ready = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on('line', (line) => {
      // Its last lines may arrive after it has ended.
      if (log.writable) log.write(`${line}\n`)
      lastLines.push(line)
      if (lastLines.length > linesShown) lastLines.shift()
      if (readyLine.test(line)) ready.resolve()
    })
  const ended = Promise.withResolvers<never>()
  const fail = (what: string) => ended.reject(new Error(`${name} ${what}:\n${lastLines.join('\n')}`))
  child.on('error', (error) => fail(`could not be started: ${error.message}`))
  child.on('exit', (code, signal) => fail(`ended by itself with ${signal ?? `code ${code}`}`))
  ended.promise.catch(() => {})
  const timer = setTimeout(() => fail(`was not ready after ${readyMsMax / 1000} s`), readyMsMax)
  const end = async () => {
    await endWithDescendants(child)
    log.end()
    await finished(log)
    rmSync(runDir, { recursive: true, force: true, maxRetries: 5 })
  }
  // Once only: later, its process id may be that of another program.
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= end()
    return stopped
  }
  try {
    await Promise.race([ready.promise, ended.promise])
    return { pid: Number(child.pid), url, logFile, ended: ended.promise, stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function endWithDescendants(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const before = await descendants(pid)
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), shutdownMsMax)
  // Those that started meanwhile have lost their parent when it ends, but not their process group.
  const after = exited ? await descendants(pid) : []
  await exited
  clearTimeout(timer)
  for (const one of new Set([...before, ...after])) killQuietly(one)
  killQuietly(-pid)
}

/** The processes that it started, and those that these started. */
export async function descendants(root: number): Promise<number[]> {
  const listed = (await outputOf('ps', ['-A', '-o', 'pid=,ppid='])) ?? ''
  const processes = listed.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const childrenOf = (parent: number): number[] =>
    processes.filter(([, ppid]) => ppid === parent).flatMap(([pid = 0]) => [pid, ...childrenOf(pid)])
  return childrenOf(root)
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
