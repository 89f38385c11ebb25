import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { RequestEvent } from '../events/stack-event.ts'
import type { InvokeFunction, InvokeResult, Log } from '../ports.ts'
import type { RestApiModel } from '../template/model.ts'
import { type GatewayError, gatewayAnswer } from './gateway-response.ts'
import { proxyEvent } from './proxy-event.ts'
import { type HttpAnswer, proxyResponse } from './proxy-response.ts'
import { type GatewayRequest, header, readBody, readRequest } from './request.ts'
import { createRoutes, type Route } from './routes.ts'

/** Serves the assembly's REST APIs over HTTP. */
export interface RestApis {
  /** Whether this request line is for an API: `/STAGE/…` or LocalStack's `/_aws/execute-api/API_ID/STAGE/…`. */
  owns(url: string): boolean
  /** Answers the request; never rejects. Call it only for what {@link owns} took. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Refuses what comes from now on, as a gateway without its functions, and waits a while for what is under way. */
  stop(): Promise<void>
}

/** Longer than a command takes, shorter than people wait after Ctrl-C. */
const stopTimeoutMs = 3_000

export interface RestApisOptions {
  apis: RestApiModel[]
  invoke: InvokeFunction
  log: Log
  /** Called for each request that was answered. */
  onRequest?: ((request: () => Omit<RequestEvent, 'kind'>) => void) | undefined
  /** How long integrations may take whatever the API says, in milliseconds. */
  timeLimitMs?: number | undefined
}

/**
 * A front like API Gateway's for Lambda proxy integrations: routing, events, answers, its own errors, its limits.
 * Where two APIs have a stage of one name, the first answers at `/STAGE`, all by their id.
 */
export function createRestApis({ apis, invoke, log, onRequest, timeLimitMs }: RestApisOptions): RestApis {
  const underWay = new Set<Promise<void>>()
  let isStopping = false
  const fronts = apis.map((api) => ({ api, findRoute: createRoutes(api.methods) }))

  function addressed(url: string) {
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const query = mark < 0 ? '' : url.slice(mark + 1)
    const byId = /^\/_aws\/execute-api\/([^/]+)(\/.*)$/.exec(path)
    const [, stage = '', rest = ''] = /^\/([^/]+)(\/.*)?$/.exec(byId?.[2] ?? path) ?? []
    const front = fronts.find(
      ({ api }) => (byId === null || api.id === byId[1]) && api.stages.some(({ name }) => name === stage),
    )
    return front && { ...front, stage, path: rest === '' ? '/' : rest, query }
  }

  async function answer(incoming: IncomingMessage, to: NonNullable<ReturnType<typeof addressed>>) {
    const { api, findRoute, stage, path, query } = to
    const request = readRequest(incoming, stage, path, query)
    const route = findRoute(request.httpMethod, request.path)
    const outcome = await respond(incoming, request, route, api)
    const result = 'responseType' in outcome ? gatewayAnswer(outcome, api, request, route) : outcome
    return { request, result }
  }

  async function respond(
    incoming: IncomingMessage,
    request: GatewayRequest,
    route: Route | undefined,
    api: RestApiModel,
  ): Promise<HttpAnswer | GatewayError> {
    const body = await readBody(incoming)
    if (!body) return { responseType: 'REQUEST_TOO_LARGE', message: 'Request Too Long' }
    if (!route) return { responseType: 'MISSING_AUTHENTICATION_TOKEN', message: 'Missing Authentication Token' }
    if (isStopping) return { responseType: 'INTEGRATION_FAILURE', message: 'Internal server error' }
    const { functionRef, timeoutMs } = route.method
    const result = await within(timeLimitMs ?? timeoutMs, invoke(functionRef, proxyEvent(request, route, api, body)))
    switch (result.status) {
      case 'timed out':
        return { responseType: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' }
      case 'refused':
        log.warn(`${request.httpMethod} ${request.rawPath}: ${functionRef} could not be called: ${result.reason}`)
        return { responseType: 'API_CONFIGURATION_ERROR', message: 'Internal server error' }
      case 'failed':
        return malformed
      case 'succeeded':
        return proxyResponse(result.payload, header(request, 'accept'), api.binaryMediaTypes) ?? malformed
    }
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const to = addressed(incoming.url ?? '/')
    if (!to) return void response.writeHead(404).end()
    const beganAtMs = performance.now()
    try {
      const { request, result } = await answer(incoming, to)
      send(response, request, result)
      const ms = performance.now() - beganAtMs
      onRequest?.(() => ({
        method: request.httpMethod,
        path: request.path,
        status: result.status,
        ms,
        requestHeaders: byName(request.headers),
        responseHeaders: byName(result.headers),
      }))
    } catch (error) {
      // The client went away while it was sending; whoever else it may concern gets a cut connection, never a half answer.
      if (!incoming.destroyed)
        log.warn(`${incoming.method} ${incoming.url}: ${error instanceof Error ? error.message : error}`)
      response.destroy()
    }
  }

  return {
    owns: (url) => addressed(url) !== undefined,
    async handle(incoming, response) {
      const work = handle(incoming, response)
      underWay.add(work)
      await work
      underWay.delete(work)
    },
    async stop() {
      isStopping = true
      await Promise.race([Promise.all(underWay), delay(stopTimeoutMs, undefined, { ref: false })])
    },
  }
}

/** A function that fails and one that answers in a wrong shape look the same to a proxy integration. */
const malformed: GatewayError = { responseType: 'DEFAULT_5XX', message: 'Internal server error', status: 502 }

type Outcome = InvokeResult | { status: 'timed out' } | { status: 'refused'; reason: string }

/** The function goes on when the gateway has stopped waiting, as on AWS. */
async function within(timeoutMs: number, invocation: Promise<InvokeResult>): Promise<Outcome> {
  const { promise: timeout, resolve } = Promise.withResolvers<Outcome>()
  const timer = setTimeout(() => resolve({ status: 'timed out' }), timeoutMs)
  const settled = invocation.catch(
    (error: unknown): Outcome => ({
      status: 'refused',
      reason: error instanceof Error ? error.message : String(error),
    }),
  )
  try {
    return await Promise.race([settled, timeout])
  } finally {
    clearTimeout(timer)
  }
}

function byName(headers: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
}

function send(response: ServerResponse, request: GatewayRequest, { status, headers, body }: HttpAnswer): void {
  const own: [string, string][] = [
    ['x-amzn-RequestId', request.requestId],
    ['x-amz-apigw-id', request.extendedRequestId],
    ['X-Amzn-Trace-Id', request.traceId],
  ]
  for (const [name, value] of [...headers, ...own]) response.appendHeader(name, value)
  if (status !== 204 && status !== 304) response.setHeader('Content-Length', body.length)
  response.writeHead(status).end(body)
}
