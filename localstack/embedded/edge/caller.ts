import type { IncomingMessage } from 'node:http'

/** Whether the request line has an address: a path, or a whole URL as proxies get it. */
export function hasAddress({ url = '/' }: IncomingMessage): boolean {
  return url.startsWith('/') || URL.canParse(url)
}

/** What a header signature says about its maker; the signature itself is not checked. */
export interface SignedScope {
  accessKeyId: string
  /** Signing name of the service, such as `ses`. */
  service: string
}

/** Reads `Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`. */
export function signedScope(request: IncomingMessage): SignedScope | undefined {
  const header = request.headers.authorization ?? ''
  const [, accessKeyId, service] = /\bCredential=([^/,\s]+)\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/.exec(header) ?? []
  return accessKeyId === undefined || service === undefined ? undefined : { accessKeyId, service }
}

/** The token that comes with a session's signature. Addresses that a session signed are used by others: theirs does not count. */
export function sessionToken({ headers }: IncomingMessage): string | undefined {
  const token = headers['x-amz-security-token']
  return typeof token === 'string' ? token : undefined
}

const loopback = /^(localhost|(.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\]|(.+\.)?localhost\.localstack\.cloud)$/

/**
 * Whether the request was made for this machine by its name: a web page whose domain was pointed at the loopback (DNS
 * rebinding) sends its own name here.
 */
export function isForLoopback(request: IncomingMessage): boolean {
  return loopback.test((request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase())
}

/** Whether a browser sent this on behalf of a page from elsewhere. Programs send neither header. */
export function isFromElsewhere(request: IncomingMessage): boolean {
  const { origin } = request.headers
  if (origin === undefined) return request.headers['sec-fetch-site'] === 'cross-site'
  try {
    return !loopback.test(new URL(origin).hostname)
  } catch {
    return true
  }
}
