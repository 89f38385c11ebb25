import { afterEach, describe, expect, it } from 'vitest'
import { api, closeServers, method, serving } from './serve.ts'

afterEach(closeServers)

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
