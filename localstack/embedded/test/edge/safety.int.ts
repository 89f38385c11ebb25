import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type OwnEdge, ownEdge } from './own-edge.ts'
import { startOpenEdge } from './start-open-edge.ts'

interface Sent {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

/** One request with exactly these headers, which fetch would not send. */
async function send(edge: OwnEdge, { method = 'POST', path = '/', headers = {}, body = '' }: Sent) {
  const outgoing = request(`${edge.origin}${path}`, { method, headers, agent: false })
  outgoing.end(body)
  const [incoming] = await once(outgoing, 'response')
  let text = ''
  for await (const chunk of incoming) text += chunk
  return { status: incoming.statusCode as number, headers: incoming.headers, text }
}

const listQueues = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' }
const signedFor = (service: string, accessKeyId = 'test') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})

const signedForS3 =
  'Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'

/** Sends bytes as they are; resolves with everything that came back when the other side ends the connection. */
async function exchange(edge: OwnEdge, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(edge.origin).port), '127.0.0.1')
  socket.write(bytes)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

/** An API whose stage is `api`. */
const apiOf = (answer: (request: IncomingMessage) => string) => ({
  owns: (url: string) => url.startsWith('/api'),
  handle: async (request: IncomingMessage, response: ServerResponse) => void response.end(answer(request)),
})

describe('the edge', () => {
  it.each([
    ['a program that is not a browser', {}, 200],
    ['a page of its own', { origin: 'http://127.0.0.1:4566' }, 200],
    ['a page on localhost', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }, 200],
    ['a page of another origin', { origin: 'https://evil.example' }, 403],
    ['a page of no origin', { origin: 'null' }, 403],
    ['a link on a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('answers a request from %s', async (_who, headers, status) => {
    const edge = await ownEdge()
    expect((await send(edge, { headers: { ...listQueues, ...headers }, body: '{}' })).status).toBe(status)
  })

  it.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost', 200],
    ['[::1]:4566', 200],
    ['sqs.us-east-1.localhost.localstack.cloud:4566', 200],
  ])('called by the host name %s answers %i', async (host, status) => {
    const edge = await ownEdge({}, { restApis: apiOf(() => 'api') })
    expect((await send(edge, { headers: { ...listQueues, host }, body: '{}' })).status).toBe(status)
    if (status === 403)
      expect((await send(edge, { method: 'GET', path: '/api/x', headers: { host } })).status).toBe(403)
  })

  it('forwards the API, serves local pages, and reports an unknown path', async () => {
    const edge = await ownEdge({}, { restApis: apiOf((request) => `api ${request.url}`) })
    edge.routes.add('mail/', (_request, response, url) => void response.end(`mail ${url.searchParams.get('x')}`))
    const get = async (path: string) => {
      const { status, text } = await send(edge, { method: 'GET', path })
      return [status, text.trim()]
    }
    expect(await get('/api/tickets?x=1')).toEqual([200, 'api /api/tickets?x=1'])
    expect(await get('/_embedded-aws/health')).toEqual([200, 'ok'])
    expect(await get('/_embedded-aws/mail/5?x=%20y')).toEqual([200, 'mail  y'])
    expect((await get('/_embedded-aws/none'))[0]).toBe(404)
    expect((await get('/'))[0]).toBe(404)
    expect(() => edge.routes.add('mail/', () => {})).toThrow('already served')
  })

  it('serves no page to other origins, and logs a warning when a page fails', async () => {
    const edge = await ownEdge()
    edge.routes.add('broken', () => {
      throw new Error('broken')
    })
    expect(
      (await send(edge, { path: '/_embedded-aws/health', headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403)
    expect((await send(edge, { path: '/_embedded-aws/broken' })).status).toBe(500)
    expect(edge.warnings).toEqual(['/_embedded-aws/broken: Error: broken'])
  })

  it.each([
    ['a JSON service', { 'x-amz-target': 'AmazonSSM.GetParameter' }, '{}', 'AmazonSSM'],
    [
      'a known service without its part',
      { 'x-amz-target': 'AWSStepFunctions.ListStateMachines' },
      '{}',
      'AWSStepFunctions',
    ],
    [
      'a query service',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Action=X&Version=2010-05-15',
      'unknown',
    ],
    ['an SQS operation', { 'x-amz-target': 'AmazonSQS.AddPermission' }, '{}', 'AddPermission'],
    ['a REST service', signedFor('lambda'), '', 'lambda'],
  ])('answers %s that it does not support with 501 and its name', async (_what, headers, body, name) => {
    const edge = await ownEdge()
    const answer = await send(edge, { headers: { ...headers } as Record<string, string>, body })
    expect(answer.status).toBe(501)
    expect(answer.text).toContain(name)
    expect(answer.headers['x-amzn-requestid']).toMatch(/.+/)
  })

  it.each(['{', '[]', '7', '"x"'])(
    'answers a body that is not a JSON object (%s) as the service does',
    async (body) => {
      const edge = await ownEdge()
      const answer = await send(edge, { headers: listQueues, body })
      expect([answer.status, JSON.parse(answer.text).__type]).toEqual([400, 'com.amazonaws.sqs#SerializationException'])
    },
  )

  it.each([
    ['an address that is none', 'GET http://[bad HTTP/1.1\r\nHost: localhost', 400],
    ['a path of slashes', 'GET /// HTTP/1.1\r\nHost: localhost', 404],
    ['a broken percent-encoding', 'POST /2015-03-31/functions/%zz/invocations HTTP/1.1\r\nHost: localhost', 400],
    ['a broken percent-encoding of a key', `GET /files/%zz HTTP/1.1\r\nHost: localhost\r\n${signedForS3}`, 400],
    ['a line that is no request', 'HELLO', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2', 400],
    ['a method that no service has', 'PURGE / HTTP/1.1\r\nHost: localhost', 404],
  ])('answers a malformed request, and stays: %s', async (_what, head, status) => {
    const edge = await ownEdge()
    expect(await exchange(edge, `${head}\r\nConnection: close\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect((await send(edge, { headers: listQueues, body: '{}' })).status).toBe(200)
    expect(edge.warnings).toEqual([])
  })

  it('logs what a service fails at, such as a full disk, whatever the caller does with the answer', async () => {
    const failed = { status: 500, headers: {}, body: '{"message":"database or disk is full"}' }
    const edge = await ownEdge({ dynamodb: { handle: async () => ({}), answer: async () => failed } })
    const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' }
    expect((await send(edge, { headers, body: '{}' })).status).toBe(500)
    expect(edge.warnings).toEqual(['dynamodb failed at PutItem: {"message":"database or disk is full"}'])
  })

  it('ends a connection whose request never arrives whole', async () => {
    const edge = await ownEdge({}, { receiveTimeoutMs: 100 })
    const half = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{'
    for (const sent of ['POST / HTTP/1.1\r\nHost:', half])
      expect(await exchange(edge, sent)).toMatch(/^(HTTP\/1.1 408 |$)/)
  })

  it('refuses a body over the limit, and answers the next request', async () => {
    const edge = await ownEdge()
    expect((await send(edge, { headers: listQueues, body: ' '.repeat(18 * 1024 * 1024) })).status).toBe(413)
    expect((await send(edge, { headers: listQueues, body: '{}' })).status).toBe(200)
  })

  it('fails in one line when its port is in use', async () => {
    const edge = await ownEdge()
    const port = Number(new URL(edge.origin).port)
    const again = startOpenEdge({ port, services: {}, log: { info: () => {}, warn: () => {} } })
    await expect(again).rejects.toThrow(new RegExp(`^port ${port} is in use: .*, or choose another port with --port$`))
  })

  it('stops at once even if a client keeps its connection open', async () => {
    const edge = await ownEdge()
    await fetch(`${edge.origin}/_embedded-aws/health`)
    await edge.stop()
    await expect(fetch(`${edge.origin}/_embedded-aws/health`)).rejects.toThrow('fetch failed')
  })

  it('answers GetCallerIdentity, and reports the errors of invoked functions', async () => {
    const invoked: unknown[] = []
    const edge = await ownEdge({
      functions: {
        has: (ref) => ref.startsWith('good'),
        invoke: async (ref, payload) => {
          invoked.push([ref, payload])
          if (ref.endsWith(':7')) return { status: 'failed', errorType: 'Boom', errorMessage: 'no', trace: [] }
          return { status: 'succeeded', payload: { ok: true } }
        },
      },
    })
    const identity = await send(edge, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    })
    expect(identity.text).toContain('<Account>000000000000</Account>')
    const invoke = (path: string, type = 'RequestResponse') =>
      send(edge, { path: `/2015-03-31/functions/${path}`, headers: { 'x-amz-invocation-type': type }, body: '{"x":1}' })
    expect((await invoke('good/invocations')).text).toBe('{"ok":true}')
    const failed = await invoke('good/invocations?Qualifier=7')
    expect([failed.status, failed.headers['x-amz-function-error'], JSON.parse(failed.text)]).toEqual([
      200,
      'Unhandled',
      { errorType: 'Boom', errorMessage: 'no', trace: [] },
    ])
    expect(invoked).toEqual([
      ['good', { x: 1 }],
      ['good:7', { x: 1 }],
    ])
    expect((await invoke('missing/invocations')).status).toBe(404)
    expect((await invoke('good/invocations', 'Event')).status).toBe(501)
  })
})
