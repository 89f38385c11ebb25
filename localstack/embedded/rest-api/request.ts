import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** One HTTP request as the gateway sees it, before it is routed. */
export interface GatewayRequest {
  requestId: string
  extendedRequestId: string
  traceId: string
  httpMethod: string
  /** As sent, stage included, without the query. */
  rawPath: string
  /** Path after the stage, as sent. */
  path: string
  stage: string
  query: URLSearchParams
  /** Name and value as sent, in order, without those that concern the connection only. */
  headers: [name: string, value: string][]
  sourceIp: string
  receivedAtMs: number
  protocol: string
}

/** Headers that end at the gateway: they speak about this connection. */
const droppedHeaders = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'keep-alive',
  'max-forwards',
  'proxy-authenticate',
  'proxy-connection',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
])

export function readRequest(request: IncomingMessage, stage: string, path: string, query: string): GatewayRequest {
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? ''
    if (!droppedHeaders.has(name.toLowerCase())) headers.push([name, request.rawHeaders[index + 1] ?? ''])
  }
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1'
  const receivedAtMs = Date.now()
  const sent = (name: string) => headers.find(([own]) => own.toLowerCase() === name)?.[1]
  const root = /Root=([^;]+)/.exec(sent('x-amzn-trace-id') ?? '')?.[1]
  const traceId = `Root=${root ?? `1-${Math.floor(receivedAtMs / 1000).toString(16)}-${randomBytes(12).toString('hex')}`}`
  set(headers, 'X-Amzn-Trace-Id', traceId)
  set(headers, 'X-Forwarded-For', [sent('x-forwarded-for'), sourceIp].filter((hop) => hop !== undefined).join(', '))
  set(headers, 'X-Forwarded-Port', String(request.socket.localPort ?? 80))
  set(headers, 'X-Forwarded-Proto', 'http')
  return {
    requestId: randomUUID(),
    extendedRequestId: `${randomBytes(11).toString('base64url')}=`,
    traceId,
    httpMethod: request.method ?? 'GET',
    rawPath: `/${stage}${path}`,
    path,
    stage,
    query: new URLSearchParams(query),
    headers,
    sourceIp,
    receivedAtMs,
    protocol: `HTTP/${request.httpVersion}`,
  }
}

/** Last value of a header, as API Gateway gives it where only one fits. */
export function header(request: GatewayRequest, name: string): string | undefined {
  return request.headers.findLast(([own]) => own.toLowerCase() === name.toLowerCase())?.[1]
}

function set(headers: [string, string][], name: string, value: string): void {
  for (let index = headers.length - 1; index >= 0; index--)
    if (headers[index]?.[0].toLowerCase() === name.toLowerCase()) headers.splice(index, 1)
  headers.push([name, value])
}

/** Payload limit of API Gateway. */
export const bodyBytesMax = 10 * 1024 * 1024

/** The whole body, or undefined when it is larger than the gateway takes; the rest is read and dropped, so that the answer arrives. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
    else chunks.length = 0
  }
  return bytes <= bodyBytesMax ? Buffer.concat(chunks) : undefined
}
