import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTarget } from '../../proof/target.ts'
import { caller } from './running-stack.ts'

const patienceMs = 240_000
let dataDir: string
const lock = () => join(dataDir, 'lock')

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'steadfast-npm-start-'))
})

afterEach(() => {
  // Only a stack that should have stopped still holds it.
  if (existsSync(lock())) process.kill(JSON.parse(readFileSync(lock(), 'utf8')).pid, 'SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** As a user types it: the child is npm, the stack another process. Resolves with the edge's address once it is ready. */
async function npmStart(): Promise<{ npm: ChildProcess; url: string }> {
  const npm = spawn('npm', ['start', '--', '--data', dataDir, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(npm.stdout)) {
    const [, url] = /^Steadfast is ready at (\S+)/.exec(line) ?? []
    if (url) return { npm, url }
  }
  throw new Error('the stack ended before it was ready')
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'npm start has stopped the stack by the time that it ends itself: %s',
  async (signal) => {
    const { npm, url } = await npmStart()
    const admin = caller(openTarget({ dataDir }), 'acme', 'ada', 'admin')
    expect((await admin.get('/tickets')).body.items.length).toBeGreaterThan(0)
    npm.kill(signal)
    await once(npm, 'exit')
    expect(existsSync(lock())).toBe(false)
    await expect(fetch(url)).rejects.toThrow()
  },
  patienceMs,
)
