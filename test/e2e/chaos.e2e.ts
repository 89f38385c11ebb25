import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTemporaryStack, type TemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { chaosPlan } from '../../proof/load/chaos-plan.ts'

const seed = Number(process.env.CHAOS_SEED ?? 7)
const [unique, copies] = [60, 3]

describe(`a load run with faults all the while (CHAOS_SEED=${seed})`, () => {
  let stack: TemporaryStack
  beforeAll(async () => {
    stack = await startTemporaryStack()
  }, 150_000)
  afterAll(async () => {
    await stack.stop()
  })

  it('holds every promise, tells how often each planned fault struck, and leaves none behind', async () => {
    const json = join(stack.dataDir, 'verdict.json')
    const numbers = ['--unique', unique, '--copies', copies, '--chaos', seed].map(String)
    const args = ['commands/run.mjs', 'load', '--data', stack.dataDir, '--json', json, ...numbers]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args)
    const verdict = JSON.parse(readFileSync(json, 'utf8'))
    expect(verdict, stdout).toMatchObject({ ok: true, unique, copies, effects: unique, chaos: { seed } })
    expect(verdict.chaos.struck).toBeGreaterThan(0)
    expect(verdict.chaos.faults.map(({ name }: { name: string }) => name)).toEqual(
      chaosPlan(seed).map(({ rule }) => rule.name),
    )
    expect(stdout).toContain(`chaos ${seed}: 16 faults were set and injected ${verdict.chaos.struck} times`)
    expect(stderr, 'progress is for terminals').toBe('')
    const left = await fetch(`${stack.edgeUrl}/_steadfast/faults`)
    expect(await left.json()).toEqual({ rules: [] })
  }, 400_000)

  it('is refused in one line where no edge can make faults', async () => {
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
