import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLineOf } from '../command-line-of.ts'
import type { Log } from '../ports.ts'
import { createRestarts } from './restarts.ts'
import { spawnGuarded } from './spawn-guarded.ts'

/** The running database process. */
export interface Engine {
  /** The same after the engine had to be started again. */
  readonly address: EngineAddress
  /** Process id of the engine itself (not of its guard), for tests that kill it. */
  pid(): number
  stop(): Promise<void>
}

export interface EngineAddress {
  /** A loopback address. */
  host: string
  port: number
}

export interface EngineOptions {
  binary: string
  databasePath: string
  pidPath: string
  log: Log
  /** Called when the engine crashed; not when somebody killed it. */
  onCrash?: () => void
  /** Epoch milliseconds. */
  now?: () => number
}

/**
 * Starts the engine on a free loopback address and keeps it running: one that dies by itself is started again.
 * Throws one line when it can't start, such as for a file that is no database.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  await endLeftover(options)
  let address = await freeAddress()
  let running = await launch(options, address).catch(async (error: unknown) => {
    if (!/in use/i.test(String(error))) throw error
    address = await freeAddress()
    return launch(options, address)
  })
  let stopping = false
  let paused: NodeJS.Timeout | undefined
  const restarts = createRestarts(options.now ?? Date.now)
  let restart: Promise<void> = Promise.resolve()

  function watch(process: ChildProcess): void {
    process.once('exit', (code) => {
      if (stopping) return
      if (isCrash(code)) options.onCrash?.()
      startAgain('stopped unexpectedly')
    })
  }

  function startAgain(reason: string): void {
    const pauseMs = restarts.pauseAfterDeath()
    const when =
      pauseMs === 0 ? 'restarting it' : `restarting it in ${Math.ceil(pauseMs / 1000)} s, as it keeps stopping`
    options.log.warn(`the DynamoDB engine ${reason}; ${when}`)
    paused = setTimeout(() => {
      restart = launch(options, address).then(
        (again) => {
          running = again
          watch(again)
        },
        (error: unknown) => {
          if (!stopping) startAgain(`could not be restarted (${error})`)
        },
      )
    }, pauseMs)
  }
  watch(running)

  return {
    address,
    pid: () => readPid(options.pidPath) ?? 0,
    async stop() {
      stopping = true
      clearTimeout(paused)
      await restart
      if (running.exitCode !== null || running.signalCode !== null) return
      const exited = once(running, 'exit')
      const pid = readPid(options.pidPath)
      if (pid === undefined) running.stdio[3]?.destroy()
      else signal(pid, 'SIGTERM')
      const hard = setTimeout(() => pid !== undefined && signal(pid, 'SIGKILL'), stopTimeoutMs)
      await exited
      clearTimeout(hard)
    },
  }
}

/**
 * Exit codes of a program that was killed or told to stop: by a shell's convention 128 and the signal's number; null for a signal itself.
 */
const killedCodes: readonly (number | null)[] = [null, 0, 128 + 2, 128 + 9, 128 + 15]

/** Whether the engine ended by a fault of its own, such as a panic. Windows gives a killed process the code 1. */
function isCrash(code: number | null): boolean {
  return !killedCodes.includes(code) && !(process.platform === 'win32' && code === 1)
}

/** The engine answers SIGTERM within milliseconds; after this it is killed, which it survives as well. */
const stopTimeoutMs = 2_000

/** An orphan's guard kills it as soon as its parent is gone; after this we do. */
const orphanTimeoutMs = 1_000

async function launch(
  { binary, databasePath, pidPath }: EngineOptions,
  { host, port }: EngineAddress,
): Promise<ChildProcess> {
  const child = spawnGuarded([binary, '--host', host, '--port', String(port), '--db-path', databasePath], pidPath)
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      if (said.length < 4_000) said += chunk.toString()
      if (said.includes('listening on')) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', (error) =>
      reject(new Error(`the DynamoDB engine ${binary} could not be run: ${error.message}`)),
    )
    child.once('close', () => reject(startError(said, databasePath)))
  })
  return child
}

function startError(said: string, databasePath: string): Error {
  const line = said.trim().split('\n')[0] ?? ''
  if (/not a (valid SQLite )?database|malformed|corrupt|disk image/i.test(line)) return unreadable(databasePath)
  return new Error(`the DynamoDB engine could not be started: ${line || 'it ended without output'}`)
}

/** The one line for a database file that can't be used. */
export function unreadable(databasePath: string): Error {
  return new Error(
    `${databasePath} is damaged or not a database of this stack: restore a copy, or start with --fresh, which deletes all local data`,
  )
}

/** Ends an engine that an earlier process left behind on this very file. */
async function endLeftover({ pidPath, databasePath }: EngineOptions): Promise<void> {
  const pid = readPid(pidPath)
  if (pid === undefined) return
  const deadline = Date.now() + orphanTimeoutMs
  while (Date.now() < deadline && serves(pid, databasePath)) await delay(10)
  if (!serves(pid, databasePath)) return
  signal(pid, 'SIGKILL')
  while (serves(pid, databasePath)) await delay(10)
}

/** Whether that process is an engine on this file: a process id alone may long belong to someone else. */
function serves(pid: number, databasePath: string): boolean {
  return commandLineOf(pid)?.includes(databasePath) ?? false
}

function readPid(pidPath: string): number | undefined {
  if (!existsSync(pidPath)) return undefined
  const pid = Number.parseInt(readFileSync(pidPath, 'utf8'), 10)
  return pid > 1 ? pid : undefined
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Already gone.
  }
}

/**
 * The engine answers whoever asks, web pages included, and knows no tenants. On a random address of 127.0.0.0/8 no page finds it; macOS has
 * none but 127.0.0.1 unless it is told to.
 */
async function freeAddress(): Promise<EngineAddress> {
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
  const port = await freePort(host)
  return port === undefined ? { host: '127.0.0.1', port: (await freePort('127.0.0.1')) ?? 0 } : { host, port }
}

/** Undefined where this machine does not have the address. */
async function freePort(host: string): Promise<number | undefined> {
  const probe = createServer().listen(0, host)
  try {
    await once(probe, 'listening')
  } catch {
    return undefined
  }
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
