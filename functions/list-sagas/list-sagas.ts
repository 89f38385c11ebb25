import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { parseSaga, type SagaRecord, sagaPosition, sagasQuery } from '../../tables/sagas.ts'

const Position = z.strictObject({ id: z.string(), startedAt: z.string() })

export const listSagas = readEndpoint('list-sagas', {
  summary: "List the sagas that a ticket's events started, newest first",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async respond({ ticketId, cursor, limit, caller }, store) {
    await readVisibleTicket(store, caller, ticketId)
    const { tenant, actor } = caller
    const item = (saga: SagaRecord) => toSagaResource(saga, { toCustomer: actor.role === 'customer' })
    const ticket = { type: 'ticket', id: ticketId } as const
    const scope = ['sagas', tenant, ticketId]
    const position = decodeCursor(cursor, scope, Position)
    const after = position && sagaPosition(tenant, ticket, position)
    const rows = await queryRows(store, { ...sagasQuery(tenant, ticket), limit: limit + 1, after }, limit + 1)
    const cursorAfter = ({ id, startedAt }: { id: string; startedAt: string }) => encodeCursor({ id, startedAt }, scope)
    return jsonResponse(toPage(rows.map(parseSaga), { limit, item, cursorAfter }))
  },
  success: { status: 200, schema: pageSchema(SagaResource, 'SagaPage') },
})
