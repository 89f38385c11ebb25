import * as z from 'zod'
import { BlockedAggregate, CheckpointName, toBlockedAggregate } from '../../app/http/blocked-resource.ts'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { admins } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { blockedPosition, blockedQuery, type Checkpoint, parseCheckpoint } from '../../tables/checkpoints.ts'
import { queryRows } from '../../tables/query-rows.ts'

/**
 * A page of the tenant's blocked aggregates, by aggregate. The index holds whole rows: one that was freed a moment ago may still be listed.
 */
export const listBlockedAggregates = readEndpoint('list-blocked-aggregates', {
  summary: 'List the aggregates whose next event a subscriber could not apply',
  roles: admins,
  query: z.strictObject(pageQuery),
  async respond({ cursor, limit, caller: { tenant } }, store) {
    const scope = ['blocked', tenant]
    const last = decodeCursor(cursor, scope, CheckpointName)
    const after = last && blockedPosition(tenant, last)
    const rows = await queryRows(store, { ...blockedQuery(tenant), limit: limit + 1, after }, limit + 1)
    const cursorAfter = ({ consumer, aggregate }: Checkpoint) => encodeCursor({ consumer, aggregate }, scope)
    return jsonResponse(toPage(rows.map(parseCheckpoint), { limit, item: toBlockedAggregate, cursorAfter }))
  },
  success: { status: 200, schema: pageSchema(BlockedAggregate, 'BlockedAggregatePage') },
})
