import { sendJson } from './respond.ts'
import type { Routes } from './routes.ts'
import type { ConsoleSources } from './sources.ts'

/** No id, name or search is longer. */
const textMax = 255

/** Live rows, and a ticket at any point of its history. */
export function tableRoutes(sources: Pick<ConsoleSources, 'rows' | 'replay'>): Routes {
  return {
    rows: {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const table = textOf(searchParams, 'table')
        if (table === undefined) return sendJson(response, 422, { error: 'give table' })
        const rows = await sources.rows({ table, contains: textOf(searchParams, 'contains') ?? '' })
        if (rows) sendJson(response, 200, rows)
        else sendJson(response, 404, { error: 'there is no such table' })
      },
    },
    replay: {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const [ticket, tenant] = ['ticket', 'tenant'].map((name) => textOf(searchParams, name))
        const [to, from] = ['to', 'from'].map((name) => pointOf(searchParams, name))
        if (ticket === undefined || to === null || from === null)
          return sendJson(response, 422, { error: 'give ticket, and points as sequence numbers' })
        const replay = await sources.replay({
          ticket,
          ...(tenant !== undefined && { tenant }),
          ...(to !== undefined && { to }),
          ...(from !== undefined && { from }),
        })
        if (replay) sendJson(response, 200, replay)
        else sendJson(response, 404, { error: 'there is no such ticket' })
      },
    },
  }
}

function textOf(params: URLSearchParams, name: string): string | undefined {
  const text = params.get(name)?.trim() ?? ''
  return text !== '' && text.length <= textMax ? text : undefined
}

/** Undefined when it is not given, null when it is no sequence number. */
function pointOf(params: URLSearchParams, name: string): number | undefined | null {
  const text = params.get(name)
  if (text === null) return undefined
  return /^\d{1,12}$/.test(text) ? Number(text) : null
}
