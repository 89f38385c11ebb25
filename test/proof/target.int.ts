import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureTokenKeys } from '../../localstack/steadfast/token-keys.ts'
import { openTarget, reachTarget, whileReachable } from '../../proof/target.ts'
import { runCommand, runNode } from '../fixtures/run-node.ts'

let dataDir: string
let server: Server
let status = 200
let headers: Record<string, string> = {}
let body: Buffer | undefined
let requests = 0
let delayMs = 0
const apiUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'steadfast-target-'))
  status = 200
  headers = { 'X-Correlation-Id': 'one' }
  body = undefined
  requests = 0
  delayMs = 0
  server = createServer((_request, response) => {
    requests++
    setTimeout(() => response.writeHead(status, headers).end(body), delayMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  writeFileSync(join(dataDir, 'outputs.json'), JSON.stringify({ ApiUrl: apiUrl() }))
})

afterEach(() => {
  server.close()
  rmSync(dataDir, { recursive: true })
})

describe('a target', () => {
  it('has the address in its data folder, unless another one is given', async () => {
    expect((await reachTarget({ dataDir })).apiUrl).toBe(apiUrl())
    expect((await reachTarget({ dataDir, apiUrl: `${apiUrl()}/` })).apiUrl).toBe(apiUrl())
  })

  it('that does not answer is refused at once, with what to do', async () => {
    const gone = apiUrl()
    server.close()
    await once(server, 'close')
    await expect(reachTarget({ dataDir, apiUrl: gone })).rejects.toThrow(/^nothing answers at http:.*\(npm start\)/)
  })

  it('that stops answering while it is used is named, and other errors are left as they are', async () => {
    const target = openTarget({ dataDir })
    const failed = () => Promise.reject(new Error('connect ECONNREFUSED'))
    await expect(whileReachable(target, failed())).rejects.toThrow('connect ECONNREFUSED')
    server.close()
    await once(server, 'close')
    await expect(whileReachable(target, failed())).rejects.toThrow(
      /^http:.* can no longer be reached: start the stack again \(npm start\)/,
    )
  })

  it('that is busy has its rows read once, although no function would wait so long', async () => {
    // Longer than the limit of functions (tables/dynamo-store.ts).
    delayMs = 2_600
    body = Buffer.from('{"Items":[]}')
    writeFileSync(join(dataDir, 'outputs.json'), JSON.stringify({ ApiUrl: apiUrl(), OutboxTable: 'outbox' }))
    expect((await openTarget({ dataDir }).store.scan({ table: 'Outbox' })).rows).toEqual([])
    expect(requests).toBe(1)
  })

  it('that is another API is refused, but one of ours that is failing is not', async () => {
    status = 503
    expect((await reachTarget({ dataDir })).apiUrl).toBe(apiUrl())
    headers = {}
    await expect(reachTarget({ dataDir })).rejects.toThrow(/ answered \d+, but is not the Steadfast API: /)
  })

  it.each(['', 'localhost', '127.0.0.1:4566', 'ftp://127.0.0.1', 'http://'])(
    'is refused when its address is not a URL: %j',
    async (nonsense) => {
      await expect(reachTarget({ dataDir, apiUrl: nonsense })).rejects.toThrow(/ is not a URL: --target takes/)
    },
  )
})

describe('a program that asks a target', () => {
  it('ends when it is done: no response that it did not need keeps a connection open', async () => {
    // More than a connection buffers: an unread rest keeps it open.
    body = Buffer.from('{"messages":[]}'.padEnd(4 * 1024 * 1024))
    const program = `
      import { reachTarget } from '${moduleUrl('proof/target.ts')}'
      import { readMails } from '${moduleUrl('proof/check/mail-log.ts')}'
      import { canRunOn } from '${moduleUrl('scenarios/runner/scenario.ts')}'
      import { invokeNow } from '${moduleUrl('scenarios/runner/context/state-machines.ts')}'
      const target = await reachTarget({ dataDir: ${JSON.stringify(dataDir)} })
      await canRunOn({ targets: 'embedded' }, target)
      await invokeNow(target, 'sweep-outbox')
      await readMails(target.edgeUrl)
      // The last connection becomes idle in the turn after its response.
      await new Promise(setImmediate)
      console.log(process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length)
      process.exit()`
    const { stdout, stderr } = await runNode(['--input-type=module', '--eval', program])
    expect({ connections: stdout, stderr }).toEqual({ connections: '0\n', stderr: '' })
    expect(requests).toBe(4)
  })
})

const moduleUrl = (path: string) => new URL(`../../${path}`, import.meta.url).href

describe('npm run token', () => {
  async function token(...args: string[]) {
    const { code, stdout, stderr } = await runCommand('token', ['--data', dataDir, '--role', 'agent', ...args])
    return { code, out: stdout, err: stderr }
  }
  const ada = ['--tenant', 'acme', '--user', 'ada']

  it('prints a token that the target accepts, and nothing else', async () => {
    await ensureTokenKeys(dataDir)
    const printed = await token(...ada, '--target', apiUrl())
    expect(printed).toEqual({ code: 0, out: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/), err: '' })
    status = 401
    const refused = await token(...ada, '--target', apiUrl())
    expect(refused).toEqual({ code: 1, out: '', err: expect.stringMatching(/^error: .* does not accept tokens .*\n$/) })
  })

  it.each([
    ['a tenant with key syntax', ['--tenant', 'a#b', '--user', 'ada']],
    ['no tenant', ['--tenant', '', '--user', 'ada']],
    ['a user with key syntax', ['--tenant', 'acme', '--user', 'a/b']],
    ['the system itself', ['--tenant', 'acme', '--user', 'steadfast:system']],
  ])('refuses to print a token that every API would reject: %s', async (_, args) => {
    await ensureTokenKeys(dataDir)
    expect(await token(...args)).toEqual({ code: 1, out: '', err: expect.stringMatching(/^error: .*\n$/) })
  })
})
