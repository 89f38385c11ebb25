import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { seed } from '../fixtures/sample.ts'
import { testChaos } from './chaos-tests.ts'

describe(`a load run under chaos (SEED=${seed})`, () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  testChaos(() => stack, seed)

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
