import { once } from 'node:events'
import { createServer } from 'node:net'
import { listenError } from './edge/start-edge.ts'

/**
 * Returns the port to listen on: a free one for 0, else the given one. Chosen before anything starts, because functions and queues
 * get URLs that contain it. Throws an error of one line that says what to do when the port cannot be used.
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
