import type { APIGatewayProxyEvent } from 'aws-lambda'
import { afterEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeFunction, InvokeResult } from '../../seams.ts'
import type { RestApiModel } from '../../template/model.ts'
import { api, method, serve } from './serve.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serving(answer: unknown | InvokeFunction, model: RestApiModel = api()) {
  const events: APIGatewayProxyEvent[] = []
  const called: string[] = []
  const invoke: InvokeFunction = async (functionRef, payload) => {
    called.push(functionRef)
    events.push(payload as APIGatewayProxyEvent)
    if (typeof answer === 'function') return answer(functionRef, payload) as Promise<InvokeResult>
    return { status: 'succeeded', payload: answer }
  }
  const server = await serve(model, invoke)
  closers.push(server.close)
  return { ...server, events, called }
}

describe('a request', () => {
  it('reaches its function as the proxy event that AWS sends', async () => {
    const { send, events, port } = await serving(
      { statusCode: 200, body: 'fine' },
      api({ stages: [{ name: 'api', variables: { a: 'b' } }] }),
    )
    const { headers } = await send('POST /api/tickets?a=1&a=2&b=x%20y', {
      headers: [
        'content-type',
        'application/json',
        'Idempotency-Key',
        'one',
        'idempotency-key',
        'two',
        'User-Agent',
        'test',
      ],
      body: '{"title":"näh"}',
    })
    const [event] = events
    expect(event).toEqual({
      resource: '/tickets',
      path: '/tickets',
      httpMethod: 'POST',
      headers: expect.objectContaining({ 'content-type': 'application/json', Host: `127.0.0.1:${port}` }),
      multiValueHeaders: expect.objectContaining({ 'Idempotency-Key': ['one', 'two'] }),
      queryStringParameters: { a: '2', b: 'x y' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['x y'] },
      pathParameters: null,
      stageVariables: { a: 'b' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'abc123',
        domainName: `127.0.0.1:${port}`,
        domainPrefix: 'abc123',
        extendedRequestId: headers['x-amz-apigw-id'],
        httpMethod: 'POST',
        identity: expect.objectContaining({ sourceIp: '127.0.0.1', userAgent: 'test' }),
        path: '/api/tickets',
        protocol: 'HTTP/1.1',
        requestId: headers['x-amzn-requestid'],
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
        resourceId: 'r/tickets',
        resourcePath: '/tickets',
        stage: 'api',
      },
      body: '{"title":"näh"}',
      isBase64Encoded: false,
    })
    expect(event?.headers['Idempotency-Key']).toBe('two')
  })

  it('has null for every missing part', async () => {
    const { send, events } = await serving({ statusCode: 200 })
    await send('GET /api/tickets')
    expect(events[0]).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    })
  })

  it('keeps path parameters as they were sent, encoded slashes included', async () => {
    const { send, events } = await serving({ statusCode: 200 })
    await send('GET /api/tickets/a%2Fb%20c%23')
    expect(events[0]).toMatchObject({
      path: '/tickets/a%2Fb%20c%23',
      resource: '/tickets/{ticketId}',
      pathParameters: { ticketId: 'a%2Fb%20c%23' },
    })
  })

  it('has no hop-by-hop headers, but those that the gateway adds', async () => {
    const { send, events, port } = await serving({ statusCode: 200 })
    await send('GET /api/tickets', {
      headers: ['Connection', 'close', 'TE', 'trailers', 'X-Forwarded-For', '10.1.1.1'],
    })
    const names = Object.keys(events[0]?.headers ?? {}).map((name) => name.toLowerCase())
    expect(names).not.toContain('connection')
    expect(names).not.toContain('te')
    expect(events[0]?.headers).toMatchObject({
      'X-Forwarded-For': '10.1.1.1, 127.0.0.1',
      'X-Forwarded-Port': String(port),
      'X-Forwarded-Proto': 'http',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    })
  })

  it('has a binary body as base64', async () => {
    const { send, events } = await serving({ statusCode: 200 })
    await send('POST /api/tickets', { body: Buffer.from([0xff, 0x00, 0x80]) })
    expect(events[0]).toMatchObject({ body: '/wCA', isBase64Encoded: true })
  })

  it("is also accepted at LocalStack's URL of an API", async () => {
    const { send, events } = await serving({ statusCode: 200 })
    expect((await send('GET /_aws/execute-api/abc123/api/tickets/7?x=1')).status).toBe(200)
    expect(events[0]).toMatchObject({ path: '/tickets/7', queryStringParameters: { x: '1' } })
    expect((await send('GET /_aws/execute-api/other/api/tickets/7')).status).toBe(418)
  })

  it('to another stage does not reach the API', async () => {
    const { send } = await serving({ statusCode: 200 })
    expect((await send('GET /bucket/key')).status).toBe(418)
  })
})

describe('routing', () => {
  const routes = api({
    methods: [
      method('GET', '/'),
      method('ANY', '/{proxy+}'),
      method('GET', '/tickets/{ticketId}'),
      method('GET', '/tickets/stats'),
      method('HEAD', '/tickets/stats'),
      method('GET', '/tickets/{ticketId}/comments'),
    ],
  })

  it.each([
    ['GET /api', 'GET /'],
    ['GET /api/', 'GET /'],
    ['GET /api/tickets/stats', 'GET /tickets/stats'],
    ['GET /api/tickets/stats/', 'GET /tickets/stats'],
    ['HEAD /api/tickets/stats', 'HEAD /tickets/stats'],
    ['GET /api/tickets/stats/comments', 'GET /tickets/{ticketId}/comments'],
    ['GET /api/tickets/7', 'GET /tickets/{ticketId}'],
    ['PATCH /api/users/7/deep', 'ANY /{proxy+}'],
    ['GET /api/tickets/7/other', 'ANY /{proxy+}'],
  ])('sends %s to %s', async (line, expected) => {
    const { send, called } = await serving({ statusCode: 200 }, routes)
    await send(line)
    expect(called).toEqual([expected])
  })

  it('passes the rest of the path to a greedy parameter', async () => {
    const { send, events } = await serving({ statusCode: 200 }, routes)
    await send('GET /api/a/b%2Fc/d')
    expect(events[0]?.pathParameters).toEqual({ proxy: 'a/b%2Fc/d' })
  })

  it('answers 403 as AWS does when the most specific resource lacks the method', async () => {
    const { send, called } = await serving({ statusCode: 200 }, routes)
    const { status, body, headers } = await send('DELETE /api/tickets/stats')
    expect([status, body]).toEqual([403, '{"message":"Missing Authentication Token"}'])
    expect(headers['x-amzn-errortype']).toBe('MissingAuthenticationTokenException')
    expect(called).toEqual([])
  })
})

describe("a function's response", () => {
  it('reaches the client: status, single and multi-value headers, body', async () => {
    const { send } = await serving({
      statusCode: 201,
      headers: { Location: '/tickets/1', 'X-Flag': true, 'X-Both': 'same' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'x-both': ['same', 'other'] },
      body: 'grün',
    })
    const answer = await send('POST /api/tickets')
    expect(answer).toMatchObject({ status: 201, body: 'grün' })
    expect(answer.headers).toMatchObject({
      location: '/tickets/1',
      'x-flag': 'true',
      'set-cookie': ['a=1', 'b=2'],
      'x-both': 'same, other',
      'content-type': 'application/json',
      'content-length': '5',
    })
    expect(answer.rawHeaders).toContain('Location')
  })

  it('has those headers renamed that the gateway reserves', async () => {
    const { send } = await serving({ statusCode: 200, headers: { 'Content-Length': '999', Date: 'then' }, body: 'x' })
    const { headers } = await send('GET /api/tickets')
    expect(headers).toMatchObject({
      'x-amzn-remapped-content-length': '999',
      'x-amzn-remapped-date': 'then',
      'content-length': '1',
    })
  })

  it('is decoded from base64 only for a binary media type that the client accepts', async () => {
    const answer = { statusCode: 200, body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true }
    const { send } = await serving(answer, api({ binaryMediaTypes: ['image/*'] }))
    expect((await send('GET /api/tickets', { headers: ['Accept', 'image/png'] })).body).toBe('bytes')
    expect((await send('GET /api/tickets', { headers: ['Accept', 'text/plain'] })).body).toBe('Ynl0ZXM=')
  })

  it('can be almost empty', async () => {
    const { send } = await serving({})
    expect(await send('GET /api/tickets')).toMatchObject({ status: 200, body: '' })
  })

  it.each([
    ['nothing', null],
    ['text', 'ok'],
    ['an unknown member', { statusCode: 200, message: 'hi' }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a status that is no number', { statusCode: 'fine' }],
    ['a header that is an object', { statusCode: 200, headers: { a: {} } }],
  ])('gets 502 as malformed when it is %s', async (_what, answer) => {
    const { send } = await serving(answer)
    expect(await send('GET /api/tickets')).toMatchObject({ status: 502, body: '{"message":"Internal server error"}' })
  })
})

describe("the gateway's own responses", () => {
  it('are 502 for a function that failed', async () => {
    const { send } = await serving(async () => ({ status: 'failed', errorType: 'Error', errorMessage: 'secret' }))
    expect(await send('GET /api/tickets')).toMatchObject({ status: 502, body: '{"message":"Internal server error"}' })
  })

  it('are 500 for a function that could not be called', async () => {
    const { send, warnings } = await serving(async () => {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
    })
    expect((await send('GET /api/tickets')).status).toBe(500)
    expect(warnings.join()).toContain('Rate Exceeded.')
  })

  it('are 504 after the integration timeout', async () => {
    const slow = api({ methods: [method('GET', '/tickets', 50)] })
    const { send } = await serving(() => new Promise(() => {}), slow)
    expect(await send('GET /api/tickets')).toMatchObject({
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
    })
  })

  it('are 413 for a body over 10 MB, and the function is not called', async () => {
    const { send, called } = await serving({ statusCode: 200 })
    const { status } = await send('POST /api/tickets', { body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x') })
    expect(status).toBe(413)
    expect(called).toEqual([])
  })

  const problem = {
    path: 'p',
    responseType: 'DEFAULT_5XX',
    statusCode: '503',
    templates: {
      'application/json':
        '{"title":$context.error.messageString,"instance":"urn:uuid:$context.requestId","kind":"$context.error.responseType"}',
    },
    parameters: {
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
      'gatewayresponse.header.X-Correlation-Id': 'context.requestId',
      'gatewayresponse.header.X-Echo': 'method.request.header.x-sent',
    },
  }

  it('are what the template configures, with fallback from the type to its family', async () => {
    const { send } = await serving(
      async () => ({ status: 'failed', errorType: 'E', errorMessage: 'm' }),
      api({ gatewayResponses: [problem] }),
    )
    const { status, headers, body } = await send('GET /api/tickets', {
      headers: ['X-Sent', 'hello', 'Accept', 'text/html'],
    })
    expect(status).toBe(503)
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-echo': 'hello' })
    expect(headers['x-correlation-id']).toBe(headers['x-amzn-requestid'])
    expect(JSON.parse(body)).toEqual({
      title: 'Internal server error',
      instance: `urn:uuid:${headers['x-amzn-requestid']}`,
      kind: 'DEFAULT_5XX',
    })
  })

  it('keep their own status where only the body is configured', async () => {
    const own = {
      path: 'p',
      responseType: 'MISSING_AUTHENTICATION_TOKEN',
      templates: { 'application/json': '{}' },
      parameters: {},
    }
    const { send } = await serving({}, api({ gatewayResponses: [own] }))
    expect(await send('GET /api/nowhere')).toMatchObject({ status: 403, body: '{}' })
  })
})
