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
  secrets: [secret],
  body: '{"type":"ticket.opened","data":{"title":"größer 🔥"}}',
  correlationId: 'C1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
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

/** An endpoint that responds with `answer` and records what it receives. */
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

describe('a webhook request', () => {
  it('passes the verification of the Standard Webhooks library, with its id and the time of the attempt', async () => {
    const { url, received } = await receiver((response) => response.writeHead(204).end())
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'accepted' })
    const [first] = received
    expect(first).toMatchObject({ method: 'POST', url: '/in?x=1', body: message.body })
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': message.id,
      'x-correlation-id': 'C1',
      traceparent: message.traceparent,
    })
    const headers = first?.headers as Record<string, string>
    expect(new Webhook(secret).verify(first?.body ?? '', headers)).toEqual(JSON.parse(message.body))
    expect(() => new Webhook(secret).verify(`${first?.body} `, headers)).toThrow(/signature/)
    const other = `whsec_${btoa('f'.repeat(32))}`
    expect(() => new Webhook(other).verify(first?.body ?? '', headers)).toThrow(/signature/)
    await local.send({ ...to(url), secrets: [other, secret] }, Date.now())
    const second = received[1]?.headers as Record<string, string>
    expect(second['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    for (const each of [secret, other]) expect(new Webhook(each).verify(message.body, second)).toBeDefined()
  })
})

describe('the result of a delivery', () => {
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
  ])('for status %d is: %s', async (status, outcome) => {
    const { url } = await receiver((response) => response.writeHead(status).end('secret words'))
    const answer = await local.send(to(url), Date.now())
    expect(answer.status).toBe(outcome)
    if (answer.status !== 'accepted') expect(answer.why).toBe(`the endpoint answered ${status}`)
  })

  it.each([301, 302, 303, 307, 308])('for a redirect (%d) is a failure: it is not followed', async (status) => {
    const inside = await receiver((response) => response.end('inside'))
    const { url } = await receiver((response) => response.writeHead(status, { location: inside.url }).end())
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'failed', why: `the endpoint answered ${status}` })
    expect(inside.connections()).toBe(0)
  })

  it.each<[string, (response: http.ServerResponse) => void]>([
    ['endless', (response) => response.writeHead(200).write('.')],
    ['huge', (response) => response.writeHead(200).write('x'.repeat(50_000_000))],
  ])('depends on the status only: a body that is %s is not read', async (_, answer) => {
    const { url } = await receiver(answer)
    const closed = new Promise((resolve) =>
      running.at(-1)?.once('connection', (socket) => socket.once('close', resolve)),
    )
    expect(await local.send(to(url), Date.now())).toEqual({ status: 'accepted' })
    await closed
  })

  it('is a failure when the response has huge headers, is empty, or is not HTTP', async () => {
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

  it('is a failure after the timeout, even while bytes arrive', async () => {
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

  it('is a failure when nothing listens, the name does not resolve, or TLS fails', async () => {
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

describe('a private address', () => {
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
  ])('is not connected to when a name resolves to it: %s', async (addresses) => {
    const { port, connections } = await receiver((response) => response.end())
    const resolve = async () => addresses.map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 }))
    const guarded = new HttpWebhooks({ resolve, timeoutMs: 2_000 })
    expect(await guarded.send(to(`https://hooks.example.com:${port}/`), Date.now())).toEqual(refused)
    expect(connections()).toBe(0)
  })

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', 'localhost', 'x.localhost', '0.0.0.0'])(
    'is not connected to when the URL contains it: %s',
    async (host) => {
      const { port, connections } = await receiver((response) => response.end())
      const guarded = new HttpWebhooks({ timeoutMs: 2_000 })
      expect(await guarded.send(to(`https://${host}:${port}/`), Date.now())).toEqual(refused)
      expect(await guarded.send(to(`http://${host}:${port}/`), Date.now())).toMatchObject({ status: 'refused' })
      expect(connections()).toBe(0)
    },
  )

  it('is looked for at every attempt, in the addresses that are connected to, as no connection is reused', async () => {
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
