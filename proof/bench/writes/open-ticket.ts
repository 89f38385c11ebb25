import { randomUUID } from 'node:crypto'
import { runtime } from '../../../app/environment.ts'
import { type ApiResponse, jsonResponse } from '../../../app/http/response.ts'
import { toTicketWithBody } from '../../../app/http/ticket-resource.ts'
import { fingerprint } from '../../../app/http/write-endpoint.ts'
import { factToWrite } from '../../../app/migrate/priority-scale.ts'
import type { Actor } from '../../../domain/actor.ts'
import type { CommandMetadata } from '../../../domain/command-metadata.ts'
import { toEvent } from '../../../domain/event.ts'
import { openTicket as decide } from '../../../domain/open-ticket.ts'
import type { Ticket } from '../../../domain/ticket.ts'
import { commit } from '../../../tables/commit.ts'
import { readRow } from '../../../tables/read-row.ts'
import { requestKeyHash } from '../../../tables/request-keys.ts'
import type { Store } from '../../../tables/store.ts'
import { userRow } from '../../../tables/users.ts'
import { type OpenRequest, operation } from './write-method.ts'

export const actorOf = ({ requester }: OpenRequest): Actor => ({ id: requester, role: 'customer' })

export const keyOf = ({ tenant, key }: OpenRequest) => ({ tenant, operation, key })

export const fingerprintOf = ({ requester, payload }: OpenRequest) => fingerprint(operation, {}, requester, payload)

export const freshIds = (): CommandMetadata['ids'] => ({ target: runtime.newId(), message: runtime.newId() })

export const decideOf =
  ({ payload }: OpenRequest) =>
  (state: object, by: CommandMetadata) =>
    decide(state, { ...payload, priority: 'normal', ...by })

export function responseTo({ body, ...ticket }: Ticket & { body: string }): ApiResponse {
  const { id, version } = ticket
  return jsonResponse(toTicketWithBody(ticket, body), { status: 201, version, location: `/tickets/${id}` })
}

/**
 * The business write alone, as one would write it without a thought of duplicates: read who asks, decide, and write the same rows in one
 * transaction as the write path does, but for the request key. Throws when nothing was written.
 */
export async function openTicket(store: Store, request: OpenRequest, ids = freshIds()): Promise<ApiResponse> {
  const { tenant, requester } = request
  const actor = await readRow(store, userRow(tenant, requester))
  if (actor?.status !== 'active') throw new Error(`${requester} is not an active user of ${tenant}`)
  const at = new Date(runtime.now()).toISOString()
  const decision = decideOf(request)({}, { by: actorOf(request), at, ids, secretBytes: new Uint8Array() })
  if (decision.outcome !== 'changed') throw new Error(`opening a ticket was decided as ${decision.outcome}`)
  const envelope = {
    id: runtime.newId(),
    tenant,
    aggregate: { type: 'ticket' as const, id: ids.target },
    seq: 1,
    actor: requester,
    occurredAt: at,
    recordedAt: at,
    correlationId: randomUUID(),
    requestKeyHash: requestKeyHash(keyOf(request)),
  }
  const event = toEvent(await factToWrite(store, decision.fact), envelope, undefined)
  const { status } = await commit(store, runtime, { tenant, changes: decision.changes, event })
  if (status !== 'committed') throw new Error(`the ticket was not opened: ${status}`)
  return responseTo(decision.result)
}
