import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { admins } from '../../app/http/endpoint.ts'
import { filteredRowsMax, readFilteredPage } from '../../app/http/filtered-page.ts'
import { pageQuery, pageSchema } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaSummary, toSagaSummary } from '../../app/http/saga-resource.ts'
import { Dependency, ResourceId } from '../../domain/ids.ts'
import { passesFilter, SagaFilter, sinceOf } from '../../domain/saga-filter.ts'
import { liveSagaPosition, liveSagasQuery, readLiveSagas } from '../../tables/live-sagas.ts'
import { liveSagaStates, parseSagaPosition, type SagaRecord, startedKey } from '../../tables/sagas.ts'
import type { Row } from '../../tables/store.ts'

const Position = z.strictObject({ id: ResourceId, startedAt: z.iso.datetime() })

/** DynamoDB refuses a start key outside of the range. */
const positionSince = (since = '') => Position.refine((position) => startedKey(position) > since)

const Filters = z.strictObject({
  state: z.enum(liveSagaStates).optional(),
  heldFor: Dependency.optional().meta({ description: 'Only sagas that wait for the release of this dependency.' }),
  ...SagaFilter.shape,
})

/**
 * A page of the tenant's sagas that have not ended, newest first: what an operator can still do something about. The index tells their keys
 * only, so each saga is read, and judged as it is now.
 */
export const listLiveSagas = readEndpoint('list-live-sagas', {
  summary: 'List the sagas that have not ended, newest first',
  roles: admins,
  query: z.strictObject({ ...Filters.shape, ...pageQuery }),
  async respond({ cursor, limit, caller: { tenant }, ...filters }, store) {
    const { state, heldFor, name, step, error } = filters
    const since = sinceOf(filters)
    const scope = ['live-sagas', tenant, state, name, step, error, since, ...(heldFor === undefined ? [] : [heldFor])]
    const after = decodeCursor(cursor, scope, positionSince(since))
    const isFiltered = [state, heldFor, name, step, error].some((filter) => filter !== undefined)
    const source = {
      query: liveSagasQuery(tenant, since),
      after: after && liveSagaPosition(tenant, after),
      itemsOf: async (rows: Row[]) =>
        (await readLiveSagas(store, rows)).filter(
          (saga) =>
            (state === undefined || saga.state === state) &&
            (heldFor === undefined || saga.held?.dependency === heldFor) &&
            passesFilter(saga, filters),
        ),
      ...(isFiltered && { rowsMax: filteredRowsMax }),
      positionOf: ({ id, startedAt }: SagaRecord) => ({ id, startedAt }),
      positionAt: parseSagaPosition,
    }
    const { items, next } = await readFilteredPage(store, source, limit)
    return jsonResponse({ items: items.map(toSagaSummary), ...(next && { nextCursor: encodeCursor(next, scope) }) })
  },
  success: { status: 200, schema: pageSchema(SagaSummary, 'SagaSummaryPage') },
})
