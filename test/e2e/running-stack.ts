import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { signToken } from '../../localstack/embedded/token-keys.ts'
import { openTarget, type Target } from '../../proof/target.ts'

/** A whole stack of its own, as a user starts it: a process, a free port, a folder. */
export interface RunningStack extends Target {
  /** SIGKILL: nothing in it gets a chance to tidy up. */
  kill(): Promise<void>
  /** On the same data and port, after a kill or a stop. */
  startAgain(): Promise<void>
  /** SIGTERM, then the folder is removed. Answers the exit code. */
  stop(): Promise<number | null>
}

const startMsMax = 60_000

/** The target that `npm run e2e` names, or a stack of its own where none is named. `stop` leaves a target that was there before as it is. */
export async function anyStack(): Promise<Target & { stop(): Promise<number | null> }> {
  const { STEADFAST_E2E_DATA: dataDir, STEADFAST_E2E_TARGET: apiUrl } = process.env
  if (!dataDir) return startStack()
  return { ...openTarget({ dataDir, apiUrl }), stop: async () => 0 }
}

export async function startStack(): Promise<RunningStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-e2e-'))
  let child = spawnStart(dataDir, 0)
  const edgeUrl = await ready(child)
  return {
    ...openTarget({ dataDir }),
    async kill() {
      child.kill('SIGKILL')
      await gone(child)
    },
    async startAgain() {
      child = spawnStart(dataDir, Number(new URL(edgeUrl).port))
      await ready(child)
    },
    async stop() {
      child.kill('SIGTERM')
      const code = await gone(child)
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

function spawnStart(dataDir: string, port: number): ChildProcess {
  const args = ['commands/run.mjs', 'start', '--data', dataDir, '--port', String(port)]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
}

/** Resolves with the edge's address when the stack says so; rejects with all it printed when it ends before. */
function ready(child: ChildProcess): Promise<string> {
  const printed: string[] = []
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${printed.join('\n')}`)), startMsMax)
    const onLine = (line: string) => {
      printed.push(line)
      const [, url] = /^Steadfast is ready at (\S+)/.exec(line) ?? []
      if (!url) return
      clearTimeout(timer)
      resolve(url)
    }
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', onLine)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the stack ended with ${code}:\n${printed.join('\n')}`))
    })
  })
}

async function gone(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

export interface Reply {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as callers do, without their types
  body: any
}

/** The API as one person uses it. */
export function caller(stack: Target, tenant: string, user: string, role: 'customer' | 'agent' | 'admin') {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const token = await signToken(stack.dataDir, { tenant, user, role })
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) }
  }
  return {
    get: (path: string) => call('GET', path),
    /** A write, under a fresh key unless one is given. */
    send: (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key: string = crypto.randomUUID()) =>
      call(method, path, body, { 'Idempotency-Key': key }),
    call,
  }
}
