import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { InvokeFunction, InvokeResult } from '../../ports.ts'
import { createRestApis } from '../../rest-api/rest-api.ts'
import type { RestApiModel, RestMethodModel } from '../../template/model.ts'

export function method(httpMethod: string, resourcePath: string, timeoutMs = 29_000): RestMethodModel {
  return {
    path: resourcePath,
    resourcePath,
    resourceId: `r${resourcePath}`,
    httpMethod,
    functionRef: `${httpMethod} ${resourcePath}`,
    timeoutMs,
  }
}

export function api(changes: Partial<RestApiModel> = {}): RestApiModel {
  return {
    path: 'App/Api',
    id: 'abc123',
    name: 'api',
    stages: [{ name: 'api', variables: {} }],
    methods: [method('GET', '/tickets'), method('POST', '/tickets'), method('GET', '/tickets/{ticketId}')],
    gatewayResponses: [],
    binaryMediaTypes: [],
    ...changes,
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
}

/** Serves the API on a free port. `send` makes one request, headers given as a flat list so that they may repeat. */
export async function serve(model: RestApiModel, invoke: InvokeFunction) {
  const warnings: string[] = []
  const apis = createRestApis({ apis: [model], invoke, log: { info: () => {}, warn: (line) => warnings.push(line) } })
  const server = createServer((incoming, response) => {
    if (apis.owns(incoming.url ?? '')) void apis.handle(incoming, response)
    else response.writeHead(418).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function send(line: string, options: { headers?: string[]; body?: string | Buffer } = {}): Promise<Answer> {
    const [verb = 'GET', path = '/'] = line.split(' ')
    const outgoing = request({ port, host: '127.0.0.1', method: verb, path, agent: false })
    for (let index = 0; index + 1 < (options.headers ?? []).length; index += 2)
      outgoing.appendHeader(options.headers?.[index] ?? '', options.headers?.[index + 1] ?? '')
    outgoing.end(options.body)
    const [response] = await once(outgoing, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const { statusCode, headers, rawHeaders } = response
    return { status: statusCode, headers, rawHeaders, body: Buffer.concat(chunks).toString() }
  }

  return {
    port,
    warnings,
    send,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const closers: (() => Promise<void>)[] = []

/** For `afterEach`. */
export async function closeServers(): Promise<void> {
  for (const close of closers.splice(0)) await close()
}

/** An API whose functions give this answer, and what they were called with. */
export async function serving(answer: unknown | InvokeFunction, model: RestApiModel = api()) {
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
