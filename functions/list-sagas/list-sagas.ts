import * as z from 'zod'
import { type SagaRecord, sagaOf, sagaPosition, sagasOf } from '../../tables/sagas.ts'
import { SagaResource, sagaResource } from '../get-saga/saga-resource.ts'
import { json } from '../http/answer.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { everyRole } from '../http/endpoint.ts'
import { pageFrom, pageOf, pageQuery } from '../http/page.ts'
import { ticketParams } from '../http/params.ts'
import { read } from '../http/read.ts'
import { visibleTicket } from '../http/visible-ticket.ts'

const Position = z.strictObject({ id: z.string(), startedAt: z.string() })

/** The sagas that a ticket's events started, newest first. */
export const listSagas = read({
  operation: 'GET /tickets/{ticketId}/sagas',
  summary: "Lists the sagas that a ticket's events started",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async answer({ ticketId, cursor, limit, caller }, store) {
    await visibleTicket(store, caller, ticketId)
    const { tenant, actor } = caller
    const item = (saga: SagaRecord) => sagaResource(saga, { toCustomer: actor.role === 'customer' })
    const ticket = { type: 'ticket', id: ticketId } as const
    const scope = ['sagas', tenant, ticketId]
    const position = decodeCursor(cursor, scope, Position)
    const after = position && sagaPosition(tenant, ticket, position)
    const page = await store.query({ ...sagasOf(tenant, ticket), limit: limit + 1, after })
    const cursorAfter = ({ id, startedAt }: { id: string; startedAt: string }) => encodeCursor({ id, startedAt }, scope)
    return json(pageFrom(page.rows.map(sagaOf), { limit, item, cursorAfter }))
  },
  success: { status: 200, schema: pageOf(SagaResource, 'SagaPage') },
})
