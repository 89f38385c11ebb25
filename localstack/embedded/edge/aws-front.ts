import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AwsError } from '../aws-error.ts'
import { authorizeCall } from '../iam/authorization.ts'
import type { Log } from '../ports.ts'
import { isPresigned } from '../s3/presigned.ts'
import { bucketOfHost, parseTarget, type Target } from '../s3/recognize.ts'
import { type Answer, AnswerDropped, type Interceptor } from './answer.ts'
import type { AwsFrontOptions } from './aws-front-options.ts'
import { jsonErrors, type PreparedCall, prepareFis, prepareInvoke, prepareJson, prepareQuery } from './aws-services.ts'
import { hasAddress, isFromElsewhere, sessionToken, signedScope } from './caller.ts'
import { prepareS3 } from './prepare-s3.ts'
import { parseQueryInput } from './query-protocol.ts'
import { checkSigningTime } from './signing-time.ts'
import { asAwsError, type ErrorFormat, errorAnswer } from './wire-errors.ts'

/** Serves one request of an AWS protocol. */
export interface AwsFront {
  serve(request: IncomingMessage, response: ServerResponse): void
}

/** The largest body that is read into memory: DynamoDB's largest batch is 16 MB. Objects are streamed. */
const bodyBytesMax = 17 * 1024 * 1024

export function createAwsFront(options: AwsFrontOptions): AwsFront {
  const { access, log, interceptors = [], now = Date.now } = options

  async function answer(request: IncomingMessage, requestId: string): Promise<Answer> {
    const target = parseTarget((request.url ?? '/').replace(/^https?:\/\/[^/]*/i, ''))
    const looksLikeS3 = isS3(request, target)
    let errors: ErrorFormat = looksLikeS3 ? { kind: 's3', resource: target.path } : expectedErrors(request)
    try {
      if (!hasAddress(request)) throw malformedAddress()
      if (isFromElsewhere(request) && !(looksLikeS3 && isPresigned(target.query))) {
        throw new AwsError('AccessDenied', 'Requests from web pages of other origins are not allowed.', 403)
      }
      const prepared = looksLikeS3
        ? await prepareS3(options, request, target)
        : prepare(options, request, target, await readBody(request), requestId)
      errors = prepared.errors
      const { call } = prepared
      checkSigningTime(request, errors, now())
      authorizeCall(call, access)
      return await through(interceptors, { ...prepared, carryOut: () => carryOutLogged(prepared, log) })
    } catch (error) {
      if (error instanceof AnswerDropped) throw error
      const awsError = error instanceof URIError ? malformedAddress() : asAwsError(error)
      if (awsError.hint !== undefined) log.warn(awsError.hint)
      if (awsError.status >= 500 && awsError !== error && request.complete)
        log.warn(`${request.method} ${target.path}: ${error}`)
      return errorAnswer(awsError, errors, requestId)
    }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const { status, headers, body } = await answer(request, requestId)
    // What a refusal left unread would keep its sender from hearing it.
    request.resume()
    const isHead = request.method === 'HEAD'
    const ids = 'x-amz-request-id' in headers ? {} : { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId }
    const isCounted = !isHead && !(body instanceof Readable) && status !== 204 && status !== 304
    const length = isCounted ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    // By the clock that judges signatures: SDKs set theirs by it.
    const date = new Date(now()).toUTCString()
    response.writeHead(status, { date, ...headers, ...ids, ...length })
    if (!(body instanceof Readable)) response.end(isHead ? undefined : body)
    else await pipeline(body, response)
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

function prepare(
  { services, identify }: AwsFrontOptions,
  request: IncomingMessage,
  { path, query }: Target,
  body: Buffer,
  requestId: string,
): PreparedCall {
  const signed = signedScope(request)
  const principal = identify(signed?.accessKeyId, sessionToken(request))
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') return prepareJson(services, target, body, principal)
  const [, functionRef] = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/.exec(path) ?? []
  if (functionRef !== undefined && request.method === 'POST') {
    const invocationType = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse')
    const invoke = {
      functionRef: decodeURIComponent(functionRef),
      qualifier: query.get('Qualifier'),
      invocationType,
    }
    return prepareInvoke(services, invoke, body, principal)
  }
  if (String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const query = parseQueryInput(body.toString())
    return prepareQuery(services, { ...query, signedFor: signed?.service, path }, principal, requestId)
  }
  if (signed?.service === 'fis')
    return prepareFis(services, { method: request.method ?? 'GET', path, query }, body, principal)
  if (!signed) throw new AwsError('NotFound', `No service or API handles ${request.method} ${path}.`, 404)
  throw new AwsError(
    'NotImplemented',
    `The embedded stack does not support ${signed.service} (${request.method} ${path}).`,
    501,
  )
}

/** Logs the failure of a service, whatever its caller does with the answer: a full disk, for one, shows here first. */
async function carryOutLogged({ call, carryOut }: PreparedCall, log: Log): Promise<Answer> {
  const answer = await carryOut()
  if (answer.status >= 500 && answer.status !== 501)
    log.warn(`${call.service} failed at ${call.operation}: ${String(answer.body).slice(0, 300)}`)
  return answer
}

/** The error in S3's words. */
function malformedAddress(): AwsError {
  return new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400)
}

/** How errors are written to a caller whose call could not be made out. */
function expectedErrors({ headers }: IncomingMessage): ErrorFormat {
  const target = headers['x-amz-target']
  return typeof target === 'string' ? jsonErrors(target) : { kind: 'rest-json' }
}

async function through(interceptors: readonly Interceptor[], { call, carryOut }: PreparedCall): Promise<Answer> {
  let carriedOut: Answer | undefined
  const step = async (position: number): Promise<Answer> => {
    const interceptor = interceptors[position]
    if (interceptor) return interceptor(call, () => step(position + 1))
    carriedOut = await carryOut()
    return carriedOut
  }
  let sent: Answer | undefined
  try {
    sent = await step(0)
    return sent
  } finally {
    const body = carriedOut?.body
    if (body instanceof Readable && sent?.body !== body) body.destroy()
  }
}

/** S3 has neither target nor action: it is known by its signature, or by an address that only S3 has. */
function isS3(request: IncomingMessage, { path, query }: Target): boolean {
  if (bucketOfHost(request.headers.host ?? '') !== undefined || isPresigned(query)) return true
  const signed = signedScope(request)
  if (signed) return signed.service === 's3'
  return request.method !== 'POST' && /^\/[a-z0-9][a-z0-9.-]{2,62}\/./.test(path)
}

/** The whole body. One that is too large is read to its end, so that its sender hears the refusal. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  if (bytes <= bodyBytesMax) return Buffer.concat(chunks)
  throw new AwsError('RequestEntityTooLarge', 'The request body is too large.', 413)
}
