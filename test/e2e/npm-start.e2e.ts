import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { openTarget } from '../../proof/target.ts'
import { caller } from './running-stack.ts'

const startMsMax = 240_000

/** One folder for both starts: the second one need not load the sample data again. */
const dataDir = mkdtempSync(join(tmpdir(), 'steadfast-npm-start-'))
/** There while a stack uses the folder. */
const holder = join(dataDir, 'stack.lock.json')

afterAll(() => {
  // Only a stack that should have stopped still holds it.
  if (existsSync(holder)) process.kill(JSON.parse(readFileSync(holder, 'utf8')).pid, 'SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts it as a user does: the child is npm, and the stack another process. Resolves with the edge's address once it is ready. */
async function npmStart(): Promise<{ npm: ChildProcess; url: string }> {
  const npm = spawn('npm', ['start', '--', '--data', dataDir, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(npm.stdout)) {
    const [, url] = /^Steadfast is ready at (\S+)/.exec(line) ?? []
    if (url) return { npm, url }
  }
  throw new Error('the stack ended before it was ready')
}

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves the sample tickets, and has stopped the stack by the time it exits on %s',
    async (signal) => {
      const { npm, url } = await npmStart()
      const admin = caller(openTarget({ dataDir }), 'acme', 'ada', 'admin')
      expect((await admin.get('/tickets')).body.items.length).toBeGreaterThan(0)
      npm.kill(signal)
      await once(npm, 'exit')
      expect(existsSync(holder)).toBe(false)
      await expect(fetch(url)).rejects.toThrow()
    },
    startMsMax,
  )
})
