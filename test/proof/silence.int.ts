import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchForSilence } from '../../commands/load/silence.ts'

let server: Server
let apiUrl: string
let said: string[]
let nowMs: number
beforeEach(async () => {
  said = []
  nowMs = 0
  server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`
})
afterEach(() => {
  server.close()
})

async function stopServer() {
  server.close()
  await once(server, 'close')
}

/** Tells of attempts with these outcomes, one a second. */
async function hear(outcomes: readonly ('answered' | 'lost')[]) {
  const watch = watchForSilence(apiUrl, {
    onSilent: (message) => said.push(`${nowMs / 1_000} s: ${message}`),
    onGone: ({ message }) => said.push(`${nowMs / 1_000} s: error: ${message}`),
    now: () => nowMs,
  })
  for (const outcome of outcomes) {
    await watch.heard({ outcome })
    nowMs += 1_000
  }
}

const lost = (count: number) => Array.from({ length: count }, () => 'lost' as const)

describe('a load run whose stack has stopped', () => {
  it('says so within seconds, once, and ends after a minute', async () => {
    await stopServer()
    await hear(['answered', ...lost(70)])
    const { origin } = new URL(apiUrl)
    expect(said.slice(0, 2)).toEqual([
      `6 s: nothing answers at ${origin}: the run waits up to 60 s until the stack is started again (npm start)`,
      `61 s: error: ${origin} can no longer be reached: start the stack again (npm start), and repeat the run`,
    ])
  })

  it('goes on when the stack is back, and has as long the next time', async () => {
    await stopServer()
    await hear([...lost(50), 'answered', ...lost(50)])
    expect(said.map((line) => line.split(' ')[0])).toEqual(['5', '56'])
  })
})

describe('a load run whose answers are lost by a stack that runs', () => {
  it('goes on', async () => {
    await hear(lost(200))
    expect(said).toEqual([])
  })
})
