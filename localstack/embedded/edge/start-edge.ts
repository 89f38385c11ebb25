import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Log } from '../ports.ts'
import type { RestApis } from '../rest-api/rest-api.ts'
import { bucketOfHost } from '../s3/recognize.ts'
import { type AwsFront, createAwsFront } from './aws-front.ts'
import type { AwsFrontOptions } from './aws-front-options.ts'
import { isForLoopback, isFromElsewhere } from './caller.ts'
import { type LocalHandler, type LocalRoutes, localRoutes, sendText } from './local-routes.ts'

export interface EdgeOptions extends AwsFrontOptions {
  /** 0 takes a free one. */
  port: number
  /** Where the stack's own pages are, such as `/_embedded-aws/`. */
  localRoot: string
  /** A request must arrive whole within this time, or its connection ends. By default 5 minutes. */
  receiveTimeoutMs?: number
  /** Answers the requests that it owns. */
  restApis?: Pick<RestApis, 'owns' | 'handle'>
}

export interface Edge {
  /** `http://127.0.0.1:PORT` */
  origin: string
  /** For further parts that show something under `localRoot`. */
  routes: LocalRoutes
  /** Ends open connections once their answers are out. */
  stop(): Promise<void>
}

/** Answers in progress get this long when the edge stops; long polls would hold it for 20 s. */
const stopTimeoutMs = 1_000

/**
 * Opens the one port of the embedded stack, on the loopback only: the AWS protocols, the REST APIs under their stages, the
 * stack's own pages. Throws one line when the port is in use.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const routes = localRoutes(options.localRoot)
  routes.add('health', (_request, response) => sendText(response, 200, 'ok'))
  const aws = createAwsFront(options)
  const { receiveTimeoutMs = 300_000 } = options
  const timeouts = {
    requestTimeout: receiveTimeoutMs,
    headersTimeout: Math.min(receiveTimeoutMs, 60_000),
    connectionsCheckingInterval: Math.min(receiveTimeoutMs, 30_000),
    keepAliveTimeout: 75_000,
  }
  const server = createServer(timeouts, (request, response) => serve(request, response, options, aws, routes))
  server.listen(options.port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error, options.port)
  }
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    origin: `http://127.0.0.1:${port}`,
    routes,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const hard = setTimeout(() => server.closeAllConnections(), stopTimeoutMs)
      await closed
      clearTimeout(hard)
    },
  }
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { restApis, log }: EdgeOptions,
  aws: AwsFront,
  routes: LocalRoutes,
): void {
  const path = (request.url ?? '/').replace(/\?.*$/s, '')
  const inBucket = bucketOfHost(request.headers.host ?? '') !== undefined
  if (!isForLoopback(request))
    sendText(response, 403, 'Use the host name 127.0.0.1 or localhost: other host names are not allowed.')
  else if (inBucket) aws.serve(request, response)
  else if (routes.has(path)) serveLocal(request, response, routes.find(path), log)
  else if (restApis?.owns(path)) void restApis.handle(request, response)
  else aws.serve(request, response)
}

function serveLocal(
  request: IncomingMessage,
  response: ServerResponse,
  handler: LocalHandler | undefined,
  log: Log,
): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (!handler) sendText(response, 404, `No page at ${url.pathname}`)
  else if (isFromElsewhere(request))
    sendText(response, 403, 'Requests from web pages of other origins are not allowed.')
  else {
    Promise.resolve()
      .then(() => handler(request, response, url))
      .catch((error: unknown) => {
        log.warn(`${url.pathname}: ${error}`)
        if (!response.headersSent) sendText(response, 500, 'the request failed; see the log of the stack')
      })
  }
}

/** The one line for a port that can't be opened. */
export function listenError(error: unknown, port: number): Error {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new Error(
      `port ${port} is in use: stop the process that listens on it (perhaps another stack), or choose another port with --port`,
    )
  }
  if (code === 'EACCES')
    return new Error(`you have no permission to open port ${port}: choose another port with --port`)
  return new Error(`port ${port} could not be opened: ${message}`)
}
