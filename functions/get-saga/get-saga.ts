import * as z from 'zod'
import type { Caller } from '../../app/http/authenticate.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { isShownTo } from '../../app/http/own-sagas.ts'
import { Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { readOrConfirmAbsent } from '../../app/http/read-or-confirm-absent.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { type DomainEvent, receivedAtOf } from '../../domain/event.ts'
import { ResourceId } from '../../domain/ids.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { attachmentOfSaga } from '../../sagas/attachment/saga-id.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { type RemovalIds, removalOfSaga } from '../../sagas/removal/saga-id.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { eventRow } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'

/** One saga with its timeline. Customers see only their own sagas. */
export const getSaga = readEndpoint('get-saga', {
  summary: 'Get a saga with its timeline',
  roles: everyRole,
  params: z.strictObject({ sagaId: ResourceId }),
  async respond({ sagaId, caller }, store) {
    const stored = await readRow(store, sagaRow(caller.tenant, sagaId))
    const record = stored ?? (await pendingSaga(store, caller.tenant, sagaId))
    if (!record || !(await maySeeSaga(store, caller, record)))
      throw new Problem('not-found', 'This saga does not exist, or you may not see it.')
    return jsonResponse(toSagaResource(record, { toCustomer: caller.actor.role === 'customer' }))
  },
  success: { status: 200, schema: SagaResource },
})

/**
 * The id of an upload's or a removal's saga is known before the saga starts: until then the saga is shown as `pending`. Its request may be
 * answered while its rows are half applied.
 */
async function pendingSaga(store: Store, tenant: string, sagaId: string): Promise<SagaRecord | undefined> {
  const removed = removalOfSaga(sagaId)
  const ids = removed ?? attachmentOfSaga(sagaId)
  if (!ids) return undefined
  const { ticketId, attachmentId: id } = ids
  const stored = await readOrConfirmAbsent(store, attachmentRow({ tenant, ticketId, id }))
  if (!stored) return undefined
  const aggregate = { type: 'ticket', id: ticketId } as const
  const seq = removed?.seq ?? stored.seq
  const event = await readOrConfirmAbsent(store, eventRow(tenant, aggregate, seq))
  if (!removed && !event) throw new Error(`event ${seq}, which requested attachment ${id}, is missing`)
  // Anyone can make up a removal's id from an attachment and a number.
  if (!event || (removed && !isRequestOf(removed, event))) return undefined
  const { id: eventId, actor: requestedBy, correlationId } = event
  const saga = removed ? removal : attachment
  return {
    id: sagaId,
    tenant,
    name: saga.name,
    definition: definitionVersion(saga),
    generation: 1,
    state: 'pending',
    input: { ...ids },
    aggregate,
    eventId,
    requestedBy,
    correlationId,
    version: 0,
    startedAt: receivedAtOf(event),
    timeline: [],
  }
}

function isRequestOf({ attachmentId }: RemovalIds, event: DomainEvent): boolean {
  return event.type === 'ticket.attachment_removal_requested' && event.data.attachmentId === attachmentId
}

async function maySeeSaga(store: Store, caller: Caller, saga: SagaRecord): Promise<boolean> {
  if (!(await isShownTo(store, caller.actor, saga))) return false
  if (saga.aggregate.type !== 'ticket') return true
  try {
    await readVisibleTicket(store, caller, saga.aggregate.id)
    return true
  } catch (error) {
    if (error instanceof Problem && error.slug === 'not-found') return false
    throw error
  }
}
