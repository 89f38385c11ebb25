import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutgoingVerdict } from '../../lambda/environment.ts'
import type { LambdaPool, OutgoingCall } from '../../lambda/lambda-pool.ts'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

/** Posts to the address of its event, over a connection of its own, and answers the status or the error's code. */
const poster = `import http from 'node:http'
  export const handler = ({ url }) => new Promise((resolve) => {
    const sending = http.request(url, { method: 'POST', agent: false }, (response) => {
      resolve(response.statusCode)
      response.resume()
    })
    sending.on('error', ({ code }) => resolve(code))
    sending.end('hello')
  })`

let fixture: LambdaFixture
let server: Server
let url: string
let received: number

beforeEach(async () => {
  fixture = lambdaFixture()
  received = 0
  server = createServer((request, response) => {
    received++
    request.resume().on('end', () => response.writeHead(202).end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await fixture.remove()
  server.closeAllConnections()
  server.close()
})

function deployed(verdict: (pool: LambdaPool, call: OutgoingCall) => OutgoingVerdict, endpointUrl?: string) {
  const calls: OutgoingCall[] = []
  const pool: LambdaPool = fixture.start({
    ...(endpointUrl && { endpointUrl }),
    async outgoing(call) {
      calls.push(call)
      return verdict(pool, call)
    },
  })
  pool.deploy(fixture.bundle(poster, { name: 'poster', fileName: 'index.mjs' }))
  return { pool, calls }
}

describe('an outgoing connection of a function', () => {
  it.each([
    [{ do: 'pass' }, 202, 1],
    [{ do: 'refuse', code: 'ECONNREFUSED' }, 'ECONNREFUSED', 0],
    [{ do: 'lose' }, 'ECONNRESET', 1],
  ] as const)('that is told %j ends with %s', async (verdict, ending, requests) => {
    const { pool, calls } = deployed(() => verdict)
    expect(await pool.invoke('poster', { url })).toEqual({ status: 'succeeded', payload: ending })
    expect(received).toBe(requests)
    const host = new URL(url).host
    expect(calls).toEqual([{ functionName: 'poster', environment: expect.any(String), host, payload: { url } }])
  })

  it('hides the response from a function that is killed after it', async () => {
    const { pool } = deployed((of, { functionName, environment }) => ({
      do: 'swallow',
      onAnswer: () => void of.crash(functionName, environment),
    }))
    expect(await pool.invoke('poster', { url })).toMatchObject({ status: 'failed', errorType: 'Runtime.ExitError' })
    expect(received).toBe(1)
  })

  it('is not subject to outgoing faults when it goes to the edge', async () => {
    const { pool, calls } = deployed(() => ({ do: 'refuse', code: 'ECONNREFUSED' }), url)
    expect(await pool.invoke('poster', { url })).toEqual({ status: 'succeeded', payload: 202 })
    expect(calls).toEqual([])
  })
})
