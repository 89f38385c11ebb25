import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { admins } from '../../app/http/endpoint.ts'
import { filteredRowsMax, readFilteredPage } from '../../app/http/filtered-page.ts'
import { pageQuery, pageSchema } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaSummary, toSagaSummary } from '../../app/http/saga-resource.ts'
import { ResourceId } from '../../domain/ids.ts'
import { liveSagaPosition, liveSagaRow, liveSagasQuery } from '../../tables/live-sagas.ts'
import { readRow } from '../../tables/read-row.ts'
import { hasEnded, liveSagaStates, parseSagaPosition, type SagaRecord } from '../../tables/sagas.ts'
import type { Row, Store } from '../../tables/store.ts'

const Position = z.strictObject({ id: ResourceId, startedAt: z.iso.datetime() })

/** Names of sagas, steps and errors are short; a longer one matches nothing. */
const name = z.string().min(1).max(100)

const Filters = z.strictObject({
  state: z.enum(liveSagaStates).optional(),
  name: name.optional().meta({ description: 'The name of the saga, such as `notification`.' }),
  step: name.optional().meta({ description: 'The step of the last attempt.' }),
  error: name.optional().meta({ description: 'The name of the error of the last attempt.' }),
  since: z.iso.datetime().optional().meta({ description: 'Only sagas that started at this time or later.' }),
})
type Filters = z.infer<typeof Filters>

/**
 * A page of the tenant's sagas that have not ended, newest first: what an operator can still do something about. The index tells their keys
 * only, so each saga is read, and judged as it is now.
 */
export const listLiveSagas = readEndpoint('list-live-sagas', {
  summary: 'List the sagas that have not ended, newest first',
  roles: admins,
  query: z.strictObject({ ...Filters.shape, ...pageQuery }),
  async respond({ cursor, limit, caller: { tenant }, ...filters }, store) {
    const { state, name, step, error } = filters
    // Spellings of one instant differ in their digits, and sort differently as text.
    const since = filters.since && new Date(filters.since).toISOString()
    const scope = ['live-sagas', tenant, state, name, step, error, since]
    const after = decodeCursor(cursor, scope, Position)
    const isFiltered = [state, name, step, error].some((filter) => filter !== undefined)
    const source = {
      query: liveSagasQuery(tenant, since),
      after: after && liveSagaPosition(tenant, after),
      itemsOf: async (rows: Row[]) => (await readLive(store, rows)).filter((saga) => passes(saga, filters)),
      ...(isFiltered && { rowsMax: filteredRowsMax }),
      positionOf: ({ id, startedAt }: SagaRecord) => ({ id, startedAt }),
      positionAt: parseSagaPosition,
    }
    const { items, next } = await readFilteredPage(store, source, limit)
    return jsonResponse({ items: items.map(toSagaSummary), ...(next && { nextCursor: encodeCursor(next, scope) }) })
  },
  success: { status: 200, schema: pageSchema(SagaSummary, 'SagaSummaryPage') },
})

/** The index may still have a saga that has ended. */
async function readLive(store: Store, rows: Row[]): Promise<SagaRecord[]> {
  const sagas = await Promise.all(rows.map((row) => readRow(store, liveSagaRow(row))))
  return sagas.filter((saga) => saga !== undefined).filter((saga) => !hasEnded(saga))
}

function passes(saga: SagaRecord, { state, name, step, error }: Filters): boolean {
  const last = saga.timeline.at(-1)
  return (
    (state === undefined || saga.state === state) &&
    (name === undefined || saga.name === name) &&
    (step === undefined || last?.step === step) &&
    (error === undefined || last?.error?.name === error)
  )
}
