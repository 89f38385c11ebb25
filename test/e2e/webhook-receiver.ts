import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedMessage {
  headers: Record<string, string>
  body: string
}

const loopback = '127.0.0.1'

/** An endpoint on this machine: keeps what it receives, and answers each message with what `status` says. */
export async function startReceiver(status: (message: ReceivedMessage, count: number) => number) {
  const received: ReceivedMessage[] = []
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const message = { headers: request.headers as Record<string, string>, body: Buffer.concat(chunks).toString() }
    received.push(message)
    response.writeHead(status(message, received.length)).end()
  })
  // Functions in containers reach this machine by another name than its own loopback.
  const host = process.env.STEADFAST_E2E_WEBHOOK_HOST ?? loopback
  server.listen(0, host === loopback ? loopback : '0.0.0.0')
  await once(server, 'listening')
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/in`,
    received,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
