import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { expectChaosRun } from './chaos-run.ts'

/** Its faults are over within seconds; most seeds leave an event to the sweeper, which takes a minute. */
const seed = 3

describe('a load run under chaos', () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('holds every promise, reports each planned fault, and leaves no fault behind', async () => {
    await expectChaosRun(stack, { seed, unique: 30 })
  }, 400_000)

  it('is refused in one line where no edge can inject faults', async () => {
    const api = createServer((request, response) => {
      const isApi = request.url?.startsWith('/api/')
      response.writeHead(isApi ? 200 : 404, { 'x-correlation-id': 'an-emulator' }).end('{}')
    })
    await once(api.listen(0, '127.0.0.1'), 'listening')
    const target = `http://127.0.0.1:${(api.address() as AddressInfo).port}/api`
    const args = ['commands/run.mjs', 'load', '--data', stack.dataDir, '--target', target, '--chaos', '1']
    const failed = await promisify(execFile)(process.execPath, args).catch((error: { stderr: string }) => error)
    api.close()
    expect(failed.stderr).toBe(
      'error: --chaos injects faults at the edge, which only the embedded stack can: run it against npm start\n',
    )
  })
})
