import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Extension, type LocalHandler, sendText } from 'embedded-aws/extension'
import type { Topology } from '../../../console/wire.ts'
import { type ConsoleFiles, createBundler } from './bundle-console.ts'
import { loadRoutes } from './load-routes.ts'
import { readOperatorRequest } from './operator-request.ts'
import { playRoutes } from './play-routes.ts'
import { isOwnPage, secured, sendJson } from './respond.ts'
import type { Routes } from './routes.ts'
import { createRowHistory, type RowHistory } from './row-history.ts'
import { rowRoutes } from './row-routes.ts'
import type { ConsoleSources } from './sources.ts'
import { tableRoutes } from './table-routes.ts'
import { readTimelineQuery } from './timeline-query.ts'
import { topologyOf } from './topology.ts'
import { createWatch, type Watch } from './watch.ts'

/** Equal requests that the console sends at once. */
const copiesMax = 20

/** Serves the console at `/_steadfast/console/`: its page, the stream that keeps it live, and what it asks for. */
export function consolePages(sources: ConsoleSources): Extension {
  const files = createBundler()
  const plays = playRoutes(sources)
  const loads = loadRoutes(sources)
  let topology: Topology = { subscribers: [], sagas: [] }
  let watch: Watch | undefined
  let rowHistory: RowHistory | undefined

  const serve: LocalHandler = async (request, response, url) => {
    secured(response)
    if (!isOwnPage(request)) return sendText(response, 403, 'Only the console itself may ask this.')
    const [, path = ''] = /\/console\/?(.*)$/.exec(url.pathname) ?? []
    if (path.startsWith('api/')) return tellingErrors(response, () => operate(request, response, url))
    const handle = Object.hasOwn(routes, path) ? routes[path] : undefined
    const method = handle?.method ?? 'GET'
    if (!handle) sendText(response, 404, `No page at ${url.pathname}`)
    else if (request.method !== method) sendText(response, 405, `method not allowed: use ${method}`)
    else await tellingErrors(response, () => handle.serve(request, response, url))
  }

  /** The page shows the reason; a stack that is being broken on purpose has many. */
  async function tellingErrors(response: ServerResponse, work: () => void | Promise<void>) {
    try {
      await work()
    } catch (error) {
      if (response.headersSent) throw error
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) })
    }
  }

  /** The answer of the API, as it is. */
  const operate: LocalHandler = async (request, response, url) => {
    const asked = await readOperatorRequest(request, url)
    if (!asked) return sendJson(response, 404, { error: 'The console sends no such request.' })
    const { status, isReplayed, text } = await sources.operate(asked)
    if (isReplayed) response.setHeader('idempotent-replayed', 'true')
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
  }

  const file = (kind: keyof ConsoleFiles, type: string) => ({
    method: 'GET' as const,
    serve: async (_request: IncomingMessage, response: ServerResponse) => {
      const content = (await files())[kind]
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content)
    },
  })

  const routes: Routes = {
    ...plays.routes,
    ...loads.routes,
    ...tableRoutes(sources),
    ...rowRoutes(sources, (row) => rowHistory?.of(row)),
    '': {
      method: 'GET',
      serve: (request, response, url) => {
        // Relative addresses in the page need the slash.
        if (url.pathname.endsWith('/')) return file('html', 'text/html').serve(request, response)
        response.writeHead(308, { location: `${url.pathname}/` }).end()
      },
    },
    'console.js': file('script', 'text/javascript'),
    'console.css': file('style', 'text/css'),
    'icon.svg': file('icon', 'image/svg+xml'),
    events: { method: 'GET', serve: (request, response) => watch?.serve(request, response) },
    check: {
      method: 'POST',
      serve: (_request, response) => {
        watch?.check()
        sendJson(response, 202, {})
      },
    },
    'double-click': {
      method: 'POST',
      serve: async (_request, response, { searchParams }) => {
        const copies = Number(searchParams.get('copies'))
        const isFit = Number.isInteger(copies) && copies >= 1 && copies <= copiesMax
        if (!isFit) return sendJson(response, 422, { error: `copies must be 1 to ${copiesMax}` })
        sendJson(response, 200, await sources.doubleClick(copies))
      },
    },
    life: {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const query = readTimelineQuery(searchParams)
        if (!query) return sendJson(response, 422, { error: 'give ticket, correlation or key' })
        const timelines = await sources.timelines(query)
        if (timelines) sendJson(response, 200, timelines)
        else sendJson(response, 404, { error: 'No request has this id, or its logs have expired.' })
      },
    },
    saga: {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const [tenant, id] = [searchParams.get('tenant'), searchParams.get('id')]
        if (!tenant || !id) return sendJson(response, 422, { error: 'give tenant and id' })
        const saga = await sources.saga({ tenant, id })
        if (saga) sendJson(response, 200, saga)
        else sendJson(response, 404, { error: 'No saga has this id yet: reload in a moment.' })
      },
    },
  }

  return {
    check(model) {
      topology = topologyOf(model)
    },
    start(host) {
      rowHistory = createRowHistory(host)
      watch = createWatch({ host, topology, rowHistory, sources })
      for (const path of ['console', 'console/']) host.addPage(path, serve)
    },
    async stop() {
      await Promise.all([watch?.stop(), plays.stop(), loads.stop()])
    },
  }
}
