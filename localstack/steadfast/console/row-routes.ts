import { sendJson } from './respond.ts'
import type { Routes } from './routes.ts'
import type { RecordedChanges, RowAddress } from './row-history.ts'
import type { ConsoleSources } from './sources.ts'

/** One row: as it is, and what happened to it. */
export function rowRoutes(
  sources: Pick<ConsoleSources, 'row' | 'rowChanges'>,
  recorded: (row: RowAddress) => RecordedChanges | undefined,
): Routes {
  return {
    row: {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const address = addressOf(searchParams)
        if (!address) return sendJson(response, 422, { error: 'give table and pk' })
        const row = await sources.row(address)
        if (row) sendJson(response, 200, row)
        else sendJson(response, 404, { error: 'there is no such row any more' })
      },
    },
    'row-changes': {
      method: 'GET',
      serve: async (_request, response, { searchParams }) => {
        const address = addressOf(searchParams)
        if (!address) return sendJson(response, 422, { error: 'give table and pk' })
        const changes = recorded(address)
        const shown = changes && (await sources.rowChanges({ table: address.table, ...changes }))
        if (shown) sendJson(response, 200, shown)
        else sendJson(response, 404, { error: 'the changes of this row are not recorded' })
      },
    },
  }
}

function addressOf(params: URLSearchParams): RowAddress | undefined {
  const [table, pk, sk] = ['table', 'pk', 'sk'].map((name) => params.get(name) ?? undefined)
  if (table === undefined || pk === undefined) return undefined
  return { table, pk, ...(sk !== undefined && { sk }) }
}
