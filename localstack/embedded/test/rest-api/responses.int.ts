import { afterEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { api, closeServers, method, serving } from './serve.ts'

afterEach(closeServers)

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
