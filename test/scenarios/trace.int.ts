import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { watch } from '../../scenarios/runner/recording/trace.ts'

let edge: Server
afterEach(() => void edge.close())

async function edgeThat(answers: Parameters<typeof createServer>[1]): Promise<string> {
  edge = createServer(answers)
  await once(edge.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(edge.address() as AddressInfo).port}`
}

it('a trace is not taken for one that tells nothing, where an emulator has none', async () => {
  const url = await edgeThat((_, response) => response.writeHead(404).end('<Error>NoSuchBucket</Error>'))
  await expect(watch(url, 'acme')).rejects.toThrow('answers 404: nothing is told here')
})

it('a trace tells what was seen, also in pieces, until nobody watches any more', async () => {
  const left = Promise.withResolvers<void>()
  const url = await edgeThat((_, response) => {
    response.once('close', left.resolve).writeHead(200).write('{"to":"sqs"}\n{"to":')
    setImmediate(() => response.write('"dynamodb"}\n'))
  })
  const trace = await watch(url, 'acme')
  await expect.poll(() => trace.seen).toEqual([{ to: 'sqs' }, { to: 'dynamodb' }])
  await trace.stop()
  await left.promise
})
