import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from '../aws-error.ts'
import { authorizeCall } from '../iam/authorization.ts'
import type { AccessLookups } from '../iam/needed-access.ts'
import type { Log, Principal } from '../seams.ts'
import { type Answer, AnswerDropped, type Interceptor } from './answer.ts'
import {
  type EdgeServices,
  jsonErrors,
  type PreparedCall,
  prepareInvoke,
  prepareJson,
  prepareQuery,
} from './aws-services.ts'
import { addressOf, isFromElsewhere, sessionToken, signedScope } from './caller.ts'
import { copySource } from './objects.ts'
import { hoistedHeaders, isPresigned, verifyPresigned } from './presigned.ts'
import { parseQueryInput } from './query-protocol.ts'
import { bucketOfHost, recognizeS3 } from './s3-operation.ts'
import { checkSigningTime } from './signing-time.ts'
import { asAwsError, type ErrorFormat, errorAnswer } from './wire-errors.ts'

export interface AwsFrontOptions {
  services: EdgeServices
  /** Whose access key and session token these are; undefined when the call was not signed. */
  identify(accessKeyId: string | undefined, sessionToken?: string): Principal
  /** The secret of an access key that was issued here, to verify presigned addresses with. A developer's is `test`. */
  secretOf(accessKeyId: string): string | undefined
  /** Around every AWS call, after it was authorized, the first one outermost. */
  interceptors?: readonly Interceptor[]
  /** What authorization must know of the stack. */
  access: AccessLookups
  log: Log
  /** Epoch milliseconds. */
  now?: () => number
}

/** Serves one request of an AWS protocol. */
export interface AwsFront {
  serve(request: IncomingMessage, response: ServerResponse): void
}

/** The largest body that is read: a full-size S3 part as the object store takes it; DynamoDB's largest batch is 16 MB. */
const bodyBytesMax = 17 * 1024 * 1024

export function createAwsFront(options: AwsFrontOptions): AwsFront {
  const { services, identify, secretOf, access, log, interceptors = [], now = Date.now } = options

  async function answer(request: IncomingMessage, url: URL, body: Buffer, requestId: string): Promise<Answer> {
    const looksLikeS3 = isS3(request, url)
    let errors: ErrorFormat = looksLikeS3 ? { kind: 's3', resource: url.pathname } : expectedErrors(request)
    try {
      if (isFromElsewhere(request) && !(looksLikeS3 && isPresigned(url))) {
        throw new AwsError('AccessDenied', 'Requests from web pages of other origins are not allowed.', 403)
      }
      const prepared = looksLikeS3 ? prepareS3(request, url, body) : prepare(request, url, body, requestId)
      errors = prepared.errors
      const { call } = prepared
      checkSigningTime(request, errors, now())
      authorizeCall(call, access)
      return await through(interceptors, { ...prepared, carryOut: () => carryOut(prepared) })
    } catch (error) {
      if (error instanceof AnswerDropped) throw error
      const told = error instanceof URIError ? malformedAddress() : asAwsError(error)
      if (told.hint !== undefined) log.warn(told.hint)
      if (told.status >= 500 && told !== error) log.warn(`${request.method} ${url.pathname}: ${error}`)
      return errorAnswer(told, errors, requestId)
    }
  }

  /** A service that fails is heard of, whatever its caller does with the answer: a full disk, for one, shows here first. */
  async function carryOut({ call, carryOut }: PreparedCall): Promise<Answer> {
    const answer = await carryOut()
    if (answer.status >= 500 && answer.status !== 501)
      log.warn(`${call.service} failed at ${call.operation}: ${String(answer.body).slice(0, 300)}`)
    return answer
  }

  function prepare(request: IncomingMessage, url: URL, body: Buffer, requestId: string): PreparedCall {
    const signed = signedScope(request)
    const principal = identify(signed?.accessKeyId, sessionToken(request))
    const target = request.headers['x-amz-target']
    if (typeof target === 'string') return prepareJson(services, target, body, principal)
    const [, functionRef] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(url.pathname) ?? []
    if (functionRef !== undefined && request.method === 'POST') {
      const invocationType = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse')
      const invoke = {
        functionRef: decodeURIComponent(functionRef),
        qualifier: url.searchParams.get('Qualifier'),
        invocationType,
      }
      return prepareInvoke(services, invoke, body, principal)
    }
    if (String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
      const query = parseQueryInput(body.toString())
      return prepareQuery(services, { ...query, signedFor: signed?.service }, principal, requestId)
    }
    if (!signed) throw new AwsError('NotFound', `No service or API handles ${request.method} ${url.pathname}.`, 404)
    throw new AwsError(
      'NotImplemented',
      `The embedded stack does not support ${signed.service} (${request.method} ${url.pathname}).`,
      501,
    )
  }

  function prepareS3(request: IncomingMessage, url: URL, body: Buffer): PreparedCall {
    const { objects } = services
    if (!objects) throw new AwsError('NotImplemented', 'This embedded stack runs without S3.', 501)
    const method = request.method ?? 'GET'
    const principal = identify(s3Caller(request, url), sessionToken(request))
    const headers = isPresigned(url) ? { ...hoistedHeaders(url), ...request.headers } : request.headers
    const recognized = recognizeS3(method, request.headers.host ?? '', url, headers)
    const { operation, bucket, key } = recognized
    const source = operation === 'CopyObject' ? copySource(headers) : undefined
    const input = {
      Bucket: bucket,
      ...(key === '' ? {} : { Key: key }),
      ...(source ? { CopySource: { Bucket: source.bucket, Key: source.key } } : {}),
      ...(operation === 'DeleteObjects' ? { Keys: keysToDelete(body) } : {}),
      ...(operation.startsWith('ListObjects') ? { Prefix: url.searchParams.get('prefix') ?? '' } : {}),
    }
    return {
      call: { service: 's3', operation, principal, input },
      errors: { kind: 's3', resource: url.pathname },
      carryOut: () => objects.answer(recognized, method, url, headers, body),
    }
  }

  function s3Caller(request: IncomingMessage, url: URL): string {
    if (isPresigned(url)) {
      const { method = 'GET', url: target = '/', headers } = request
      const secretFor = (accessKeyId: string) => secretOf(accessKeyId) ?? developerSecret(identify(accessKeyId))
      return verifyPresigned({ method, target, headers }, secretFor, now())
    }
    const signed = signedScope(request)
    if (signed) return signed.accessKeyId
    throw new AwsError('AccessDenied', 'Access Denied', 403)
  }

  async function readAndAnswer(request: IncomingMessage, requestId: string): Promise<Answer> {
    const refuse = (error: AwsError) => errorAnswer(error, { kind: 'rest-json' }, requestId)
    const body = await readBody(request)
    if (!body) return refuse(new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413))
    const url = addressOf(request)
    if (!url) return refuse(malformedAddress())
    return answer(request, url, body, requestId)
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const { status, headers, body: sent } = await readAndAnswer(request, requestId)
    const ids = 'x-amz-request-id' in headers ? {} : { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId }
    const length = request.method === 'HEAD' ? {} : { 'content-length': String(Buffer.byteLength(sent)) }
    // By the clock that judges signatures: SDKs set theirs by it.
    const date = new Date(now()).toUTCString()
    response.writeHead(status, { date, ...headers, ...ids, ...length })
    response.end(request.method === 'HEAD' ? undefined : sent)
  }

  return {
    serve(request, response) {
      respond(request, response).catch((error: unknown) => {
        if (!(error instanceof AnswerDropped) && !request.destroyed)
          log.warn(`${request.method} ${request.url}: ${error}`)
        response.destroy()
      })
    },
  }
}

/** As S3 says it. */
function malformedAddress(): AwsError {
  return new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400)
}

/** Keys that were not issued here are the developer's; their secret is `test`, as everyone's is with LocalStack. */
function developerSecret({ kind }: Principal): string | undefined {
  return kind === 'developer' ? 'test' : undefined
}

/** How errors are written to a caller whose call could not be made out. */
function expectedErrors({ headers }: IncomingMessage): ErrorFormat {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? jsonErrors(target) : { kind: 'rest-json' }
}

function through(interceptors: readonly Interceptor[], { call, carryOut }: PreparedCall): Promise<Answer> {
  const step = (position: number): Promise<Answer> => {
    const interceptor = interceptors[position]
    return interceptor ? interceptor(call, () => step(position + 1)) : carryOut()
  }
  return step(0)
}

/** S3 has neither target nor action: it is known by its signature, or by an address that only S3 has. */
function isS3(request: IncomingMessage, url: URL): boolean {
  if (bucketOfHost(request.headers.host ?? '') !== undefined || isPresigned(url)) return true
  const signed = signedScope(request)
  if (signed) return signed.service === 's3'
  return request.method !== 'POST' && /^\/[a-z0-9][a-z0-9.-]{2,62}\/./.test(url.pathname)
}

function keysToDelete(body: Buffer): string[] {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return [...body.toString().matchAll(/<Key>([\s\S]*?)<\/Key>/g)].map(([, key = '']) =>
    key.replace(/&(?:(amp|lt|gt|quot|apos)|#(\d+)|#x([0-9a-f]+));/gi, (all, name, decimal, hex) =>
      name ? (names[name] ?? all) : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
    ),
  )
}

/** The whole body, or nothing when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  return bytes <= bodyBytesMax ? Buffer.concat(chunks) : undefined
}
