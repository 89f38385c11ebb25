import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
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

/** Starts it as a user does: the child is npm, and the stack another process. Resolves with its lines once it is ready. */
async function npmStart(
  ...options: string[]
): Promise<{ npm: ChildProcess; lines: AsyncIterator<string>; ready: string }> {
  const args = ['start', '--', '--data', dataDir, '--port', '0', ...options]
  const npm = spawn('npm', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(npm.stdout)[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = await lines.next()
    if (done) throw new Error('the stack ended before it was ready')
    if (/^Steadfast is ready at |"kind":"ready"/.test(value)) return { npm, lines, ready: value }
  }
}

async function stop(npm: ChildProcess, url: string, signal: NodeJS.Signals) {
  npm.kill(signal)
  await once(npm, 'exit')
  expect(existsSync(holder)).toBe(false)
  await expect(fetch(url)).rejects.toThrow()
}

const seed = `
tenants:
  - tenant: acme
    users:
      - { id: ada, role: admin }
      - { id: nora, role: customer, name: Nora New }
    tickets:
      - { by: nora, title: Seeded, body: Once. }
`

describe('npm start', () => {
  it(
    'that is stopped while it loads the sample tickets says so, and not that it is ready',
    async () => {
      const args = ['start', '--', '--data', dataDir, '--port', '0']
      const npm = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'] })
      const exited = once(npm, 'exit')
      const printed = text(npm.stdout)
      const told: string[] = []
      for await (const line of createInterface(npm.stderr)) {
        told.push(line)
        if (line.startsWith('Loading the sample tenants')) npm.kill('SIGTERM')
      }
      expect(told).toContain('error: stopped')
      expect(await printed).not.toContain('is ready')
      expect([(await exited)[0], existsSync(holder)]).toEqual([1, false])
    },
    startMsMax,
  )

  it(
    'says where API and console are, serves the sample tickets, and has stopped the stack by the time it exits on SIGTERM',
    async () => {
      const { npm, lines, ready } = await npmStart()
      const url = ready.replace('Steadfast is ready at ', '')
      expect([(await lines.next()).value, (await lines.next()).value]).toEqual([
        `API: ${url}/api`,
        `Console: ${url}/_steadfast/console/`,
      ])
      const admin = caller(openTarget({ dataDir }), 'acme', 'ada', 'admin')
      expect((await admin.get('/tickets')).body.items.length).toBeGreaterThan(0)
      await stop(npm, url, 'SIGTERM')
    },
    startMsMax,
  )

  it(
    'adds what is new in a seed file, tells all in JSON, and has stopped the stack by the time it exits on SIGINT',
    async () => {
      const file = join(dataDir, '..', `${basename(dataDir)}.yaml`)
      writeFileSync(file, seed)
      const { npm, lines, ready } = await npmStart('--json', '--seed', file)
      rmSync(file)
      const { url, apiUrl } = JSON.parse(ready)
      const customer = caller(openTarget({ dataDir }), 'acme', 'nora', 'customer')
      expect(apiUrl).toBe(openTarget({ dataDir }).apiUrl)
      expect((await customer.get('/tickets')).body.items).toMatchObject([{ title: 'Seeded' }])
      const ticket = { title: 'Twice', body: 'Sent twice.' }
      const [first, again] = [
        await customer.send('POST', '/tickets', ticket, 'k'),
        await customer.send('POST', '/tickets', ticket, 'k'),
      ]
      const told = []
      while (told.length < 2) {
        const { value } = await lines.next()
        const line = JSON.parse(value)
        if (line.kind === 'request' && line.what === 'POST /tickets') told.push(line)
      }
      expect(told).toMatchObject([
        { outcome: '201', correlationId: first?.headers.get('x-correlation-id'), ms: expect.any(Number) },
        { outcome: '201 replayed', tone: 'repeat', correlationId: again?.headers.get('x-correlation-id') },
      ])
      await stop(npm, url, 'SIGINT')
    },
    startMsMax,
  )
})
