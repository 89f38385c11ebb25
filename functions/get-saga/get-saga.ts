import * as z from 'zod'
import type { Caller } from '../../app/http/authenticate.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { isShownTo } from '../../app/http/own-sagas.ts'
import { Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { SagaResource, toSagaResource } from '../../app/http/saga-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { ResourceId } from '../../domain/ids.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { attachmentOfSaga } from '../../sagas/attachment/saga-id.ts'
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
    const record = stored ?? (await pendingAttachmentSaga(store, caller.tenant, sagaId))
    if (!record || !(await maySeeSaga(store, caller, record)))
      throw new Problem('not-found', 'This saga does not exist, or you may not see it.')
    return jsonResponse(toSagaResource(record, { toCustomer: caller.actor.role === 'customer' }))
  },
  success: { status: 200, schema: SagaResource },
})

/** An attachment's `sagaId` is known before the saga starts: until then the saga is shown as `pending`. */
async function pendingAttachmentSaga(store: Store, tenant: string, sagaId: string): Promise<SagaRecord | undefined> {
  const ids = attachmentOfSaga(sagaId)
  if (!ids) return undefined
  const { ticketId, attachmentId: id } = ids
  const requested = await readRow(store, attachmentRow({ tenant, ticketId, id }))
  if (!requested) return undefined
  const { seq, requestedAt, requestedBy } = requested
  const aggregate = { type: 'ticket', id: ticketId } as const
  const event = await readRow(store, eventRow(tenant, aggregate, seq))
  if (!event) throw new Error(`event ${seq}, which requested attachment ${id}, is missing`)
  const { id: eventId, correlationId } = event
  return {
    id: sagaId,
    tenant,
    name: attachment.name,
    definition: definitionVersion(attachment),
    generation: 1,
    state: 'pending',
    input: { ticketId, attachmentId: id },
    aggregate,
    eventId,
    requestedBy,
    correlationId,
    version: 0,
    startedAt: requestedAt,
    timeline: [],
  }
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
