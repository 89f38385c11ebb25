import { once } from 'node:events'
import { createServer } from 'node:net'
import { listenError } from './edge/start-edge.ts'

/**
 * The port to listen on: a free one for 0, else the given one. It is told before the stack does any work, because functions and
 * queues are told their address. Throws one line that says what to do when the port can't be had.
 */
export async function choosePort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error, port)
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : port
}
