import type { IncomingMessage } from 'node:http'
import type { OperatorRequest } from '../../../console/wire-operator.ts'

/** The console's pages send these, and no other request gets an admin's token here. */
const operations: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', /^\/sagas$/],
  ['POST', /^\/sagas\/[^/]+\/(resume|run-now)$/],
  ['POST', /^\/sagas\/resumptions$/],
  ['GET', /^\/sagas\/resumptions\/[^/]+$/],
  ['GET', /^\/holds$/],
  ['PUT', /^\/holds\/[^/]+$/],
  ['DELETE', /^\/holds\/[^/]+$/],
  ['GET', /^\/blocked$/],
  ['POST', /^\/blocked\/[^/]+\/redrive$/],
]

const keyMax = 255
const bodyBytesMax = 4_096

/** Reads `api/TENANT/…`. Undefined when it is no operation of the console's pages. */
export async function readOperatorRequest(request: IncomingMessage, url: URL): Promise<OperatorRequest | undefined> {
  const [, tenant = '', path = ''] = /\/console\/api\/([\w.-]{1,64})(\/.*)$/.exec(url.pathname) ?? []
  const method = request.method ?? ''
  const isKnown = operations.some(([each, pattern]) => each === method && pattern.test(path))
  if (!isKnown) return undefined
  if (method === 'GET') return { tenant, method, path: `${path}${url.search}` }
  const key = request.headers['idempotency-key']
  const body = await readBody(request)
  if (typeof key !== 'string' || key.length > keyMax || body === undefined) return undefined
  return { tenant, method, path, key, ...(body !== '' && { body }) }
}

/** Undefined when it is longer than any command. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
