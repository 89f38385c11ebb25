import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { readFilteredPage } from '../../app/http/filtered-page.ts'
import { sagasShownTo, shownTo } from '../../app/http/own-sagas.ts'
import { pageQuery, pageSchema } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { ResourceId } from '../../domain/ids.ts'
import { parseSaga, parseSagaPosition, type SagaRecord, sagaPosition, sagasQuery } from '../../tables/sagas.ts'
import type { Row } from '../../tables/store.ts'

const Position = z.strictObject({ id: ResourceId, startedAt: z.iso.datetime() })

/** A page of the sagas that a ticket's events started, newest first. Customers see only their own. */
export const listSagas = readEndpoint('list-sagas', {
  summary: "List the sagas that a ticket's events started, newest first",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async respond({ ticketId, cursor, limit, caller }, store) {
    await readVisibleTicket(store, caller, ticketId)
    const { tenant, actor } = caller
    const isCustomer = actor.role === 'customer'
    const ticket = { type: 'ticket', id: ticketId } as const
    const scope = ['sagas', tenant, ticketId, isCustomer ? actor.id : undefined]
    const position = decodeCursor(cursor, scope, Position)
    const filter = shownTo(actor)
    const source = {
      query: { ...sagasQuery(tenant, ticket), ...(filter && { filter }) },
      after: position && sagaPosition(tenant, ticket, position),
      itemsOf: (rows: Row[]) => sagasShownTo(store, actor, rows.map(parseSaga)),
      positionOf: ({ id, startedAt }: SagaRecord) => ({ id, startedAt }),
      positionAt: parseSagaPosition,
    }
    const { items, next } = await readFilteredPage(store, source, limit)
    return jsonResponse({
      items: items.map((saga) => toSagaResource(saga, { toCustomer: isCustomer })),
      ...(next && { nextCursor: encodeCursor(next, scope) }),
    })
  },
  success: { status: 200, schema: pageSchema(SagaResource, 'SagaPage') },
})
