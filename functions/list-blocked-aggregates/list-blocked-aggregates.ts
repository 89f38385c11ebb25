import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { admins } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { aggregateTypes, UserId } from '../../domain/ids.ts'
import { blockedPosition, blockedQuery, type Checkpoint, parseCheckpoint } from '../../tables/checkpoints.ts'
import { queryRows } from '../../tables/query-rows.ts'

/** Users have the widest ids of all aggregates. */
const Aggregate = z.strictObject({ type: z.enum(aggregateTypes), id: UserId })

const Position = z.strictObject({ consumer: z.string().regex(/^[a-z][a-z-]{0,39}$/), aggregate: Aggregate })

const BlockedAggregate = z
  .strictObject({
    consumer: z.string().meta({ description: 'The subscriber in which it is blocked.' }),
    aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
    blockedAt: z.int().positive().meta({ description: 'The number of the event that could not be applied.' }),
    highestSeen: z.int().positive().meta({ description: 'Events up to this number wait behind it.' }),
  })
  .meta({
    id: 'BlockedAggregate',
    description: 'An aggregate whose next event a subscriber could not apply. It is tried again every few minutes.',
  })

/** A page of the tenant's blocked aggregates, by aggregate. The index holds whole rows: one that was freed a moment ago may still be listed. */
export const listBlockedAggregates = readEndpoint('list-blocked-aggregates', {
  summary: 'List the aggregates whose next event a subscriber could not apply',
  roles: admins,
  query: z.strictObject(pageQuery),
  async respond({ cursor, limit, caller: { tenant } }, store) {
    const scope = ['blocked', tenant]
    const last = decodeCursor(cursor, scope, Position)
    const after = last && blockedPosition(tenant, last)
    const rows = await queryRows(store, { ...blockedQuery(tenant), limit: limit + 1, after }, limit + 1)
    const cursorAfter = ({ consumer, aggregate }: Checkpoint) => encodeCursor({ consumer, aggregate }, scope)
    return jsonResponse(toPage(rows.map(parseCheckpoint), { limit, item: toBlockedAggregate, cursorAfter }))
  },
  success: { status: 200, schema: pageSchema(BlockedAggregate, 'BlockedAggregatePage') },
})

function toBlockedAggregate({ consumer, aggregate, blockedAt, highestSeen }: Checkpoint) {
  return { consumer, aggregate, blockedAt, highestSeen }
}
