import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { watchTrace } from '../../scenarios/runner/recording/trace.ts'

let edge: Server
afterEach(() => void edge.close())

async function startEdge(listener: RequestListener): Promise<string> {
  edge = createServer(listener)
  await once(edge.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(edge.address() as AddressInfo).port}`
}

describe('watchTrace', () => {
  it('throws where there is no trace, as on an emulator, instead of recording nothing', async () => {
    const url = await startEdge((_, response) => response.writeHead(404).end('<Error>NoSuchBucket</Error>'))
    await expect(watchTrace(url, 'acme')).rejects.toThrow('answered 404: this target has no trace')
  })

  it('collects entries as they arrive, also when a chunk ends in the middle of one, until it is stopped', async () => {
    const disconnected = Promise.withResolvers<void>()
    const url = await startEdge((_, response) => {
      response.once('close', disconnected.resolve).writeHead(200).write('{"to":"sqs"}\n{"to":')
      setImmediate(() => response.write('"dynamodb"}\n'))
    })
    const trace = await watchTrace(url, 'acme')
    await expect.poll(() => trace.entries).toEqual([{ to: 'sqs' }, { to: 'dynamodb' }])
    await trace.stop()
    await disconnected.promise
  })
})
