import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import type { WebhookMessage } from '../../gateways/webhooks.ts'
import { HttpWebhooks } from '../../gateways/webhooks-http.ts'

const secret = `whsec_${btoa('0123456789abcdef0123456789abcdef')}`
const message = {
  id: 'a1b2c3',
  secret,
  body: '{"type":"ticket.opened","data":{"title":"größer 🔥"}}',
  correlationId: 'C1',
}
const to = (url: string): WebhookMessage => ({ ...message, url })
const local = new HttpWebhooks({ allowsPrivate: true, timeoutMs: 2_000 })

const running: net.Server[] = []
const sockets = new Set<net.Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(running.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function listening<S extends net.Server>(
  server: S,
): Promise<{ server: S; port: number; connections: () => number }> {
  let connections = 0
  server.on('connection', (socket: net.Socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.push(server)
  return { server, port: (server.address() as AddressInfo).port, connections: () => connections }
}

interface Received {
  method: string | undefined
  url: string | undefined
  headers: http.IncomingHttpHeaders
  body: string
}

/** An endpoint that answers as it is told, and keeps what it received. */
async function receiver(answer: (response: http.ServerResponse) => void) {
  const received: Received[] = []
  const { port, connections } = await listening(
    http.createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { method, url, headers } = request
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString() })
      answer(response)
    }),
  )
  return { url: `http://127.0.0.1:${port}/in?x=1`, port, received, connections }
}

describe('a webhook as it travels', () => {
  it('is verified by the Standard Webhooks library, with its id and the attempt’s time', async () => {
    const { url, received } = await receiver((response) => response.writeHead(204).end())
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'accepted' })
    const [first] = received
    expect(first).toMatchObject({ method: 'POST', url: '/in?x=1', body: message.body })
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': message.id,
      'x-correlation-id': 'C1',
    })
    const headers = first?.headers as Record<string, string>
    expect(new Webhook(secret).verify(first?.body ?? '', headers)).toEqual(JSON.parse(message.body))
    expect(() => new Webhook(secret).verify(`${first?.body} `, headers)).toThrow(/signature/)
    const other = `whsec_${btoa('f'.repeat(32))}`
    expect(() => new Webhook(other).verify(first?.body ?? '', headers)).toThrow(/signature/)
  })
})

describe('what an endpoint answers', () => {
  it.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [204, 'accepted'],
    [300, 'failed'],
    [304, 'failed'],
    [400, 'refused'],
    [401, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
    [599, 'failed'],
  ])('%d is: %s', async (status, outcome) => {
    const { url } = await receiver((response) => response.writeHead(status).end('secret words'))
    const answer = await local.send(to(url), Date.now())
    expect(answer.status).toBe(outcome)
    if (answer.status !== 'accepted') expect(answer.why).toBe(`the endpoint answered ${status}`)
  })

  it.each([301, 302, 303, 307, 308])('a redirect (%d) is not followed', async (status) => {
    const inside = await receiver((response) => response.end('inside'))
    const { url } = await receiver((response) => response.writeHead(status, { location: inside.url }).end())
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'failed', why: `the endpoint answered ${status}` })
    expect(inside.connections()).toBe(0)
  })

  it.each<[string, (response: http.ServerResponse) => void]>([
    ['dripping for ever', (response) => response.writeHead(200).write('.')],
    ['huge', (response) => response.writeHead(200).write('x'.repeat(50_000_000))],
  ])('is its status: a body that is %s is not read', async (_, answer) => {
    const { url } = await receiver(answer)
    const closed = new Promise((resolve) =>
      running.at(-1)?.once('connection', (socket) => socket.once('close', resolve)),
    )
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'accepted' })
    await closed
  })

  it('may be headers without end, or nothing at all, or no HTTP: it failed', async () => {
    const huge = await receiver((response) => response.writeHead(200, { 'x-huge': 'x'.repeat(500_000) }).end())
    expect((await local.send(to(huge.url), Date.now())).status).toBe('failed')
    const noise = await listening(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')))
    expect((await local.send(to(`http://127.0.0.1:${noise.port}/`), Date.now())).status).toBe('failed')
    const closing = await listening(net.createServer((socket) => socket.destroy()))
    expect((await local.send(to(`http://127.0.0.1:${closing.port}/`), Date.now())).status).toBe('failed')
    const upgrading = await listening(
      net.createServer((socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      ),
    )
    expect((await local.send(to(`http://127.0.0.1:${upgrading.port}/`), Date.now())).status).toBe('failed')
  })

  it('is waited for a bounded time, whatever trickles in', async () => {
    const impatient = new HttpWebhooks({ allowsPrivate: true, timeoutMs: 100 })
    const timedOut = { status: 'failed', why: 'the endpoint did not answer in time' }
    const silent = await receiver(() => {})
    expect(await impatient.send(to(silent.url), Date.now())).toEqual(timedOut)
    const trickling = await listening(
      net.createServer((socket) => {
        const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20)
        socket.on('close', () => clearInterval(timer))
      }),
    )
    expect(await impatient.send(to(`http://127.0.0.1:${trickling.port}/`), Date.now())).toEqual(timedOut)
  })

  it('may be none: no one listens, no name, no TLS', async () => {
    const { port, url } = await receiver((response) => response.end())
    const failed = { status: 'failed', why: 'the endpoint could not be reached' }
    expect(await local.send(to(`https://127.0.0.1:${port}/`), Date.now())).toEqual(failed)
    const nameless = new HttpWebhooks({ allowsPrivate: true, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await nameless.send(to('https://nowhere.example/'), Date.now())).toEqual(failed)
    const empty = new HttpWebhooks({ resolve: async () => [] })
    expect(await empty.send(to('https://nowhere.example/'), Date.now())).toEqual(failed)
    running.pop()?.close()
    for (const socket of sockets) socket.destroy()
    expect(await local.send(to(url), Date.now())).toEqual(failed)
  })
})

describe('an address that only we can reach', () => {
  const refused = { status: 'refused', why: 'the endpoint has no public address' }

  it.each([
    [['127.0.0.1']],
    [['10.1.2.3']],
    [['169.254.169.254']],
    [['100.64.0.1']],
    [['0.0.0.0']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['64:ff9b::7f00:1']],
    [['fd00:ec2::254']],
    [['fe80::1%lo']],
    [['93.184.216.34', '127.0.0.1']],
    [['2606:4700::1111', '::ffff:10.0.0.1']],
  ])('is not connected to by a name that stands for it: %s', async (addresses) => {
    const { port, connections } = await receiver((response) => response.end())
    const resolve = async () => addresses.map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 }))
    const guarded = new HttpWebhooks({ resolve, timeoutMs: 2_000 })
    expect(await guarded.send(to(`https://hooks.example.com:${port}/`), Date.now())).toEqual(refused)
    expect(connections()).toBe(0)
  })

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', 'localhost', 'x.localhost', '0.0.0.0'])(
    'is not connected to by its own text: %s',
    async (host) => {
      const { port, connections } = await receiver((response) => response.end())
      const guarded = new HttpWebhooks({ timeoutMs: 2_000 })
      expect(await guarded.send(to(`https://${host}:${port}/`), Date.now())).toEqual(refused)
      expect(await guarded.send(to(`http://${host}:${port}/`), Date.now())).toMatchObject({ status: 'refused' })
      expect(connections()).toBe(0)
    },
  )

  it('is judged anew by every attempt, on the very addresses that it connects to: no connection is kept', async () => {
    const { port, connections } = await receiver((response) => response.end())
    let lookups = 0
    const resolve = async () => {
      lookups++
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const counting = new HttpWebhooks({ allowsPrivate: true, resolve })
    for (const _ of [1, 2])
      expect(await counting.send(to(`http://hooks.example.com:${port}/`), Date.now())).toEqual({ status: 'accepted' })
    expect([lookups, connections()]).toEqual([2, 2])
  })
})
