import { runtime } from '../../app/environment.ts'
import { executeCommand } from '../../app/execute-command.ts'
import { assignTicket } from '../../domain/assign-ticket.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Store } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'

/**
 * What a faulty release does with a request to assign a ticket: the write path, complete, with a decision that takes another user than the
 * one who was asked for. Throws when the command does not succeed.
 */
export async function assignByFaultyRelease(
  store: Store,
  { tenant, ticketId, by, wrongly: userId }: { tenant: string; ticketId: string; by: string; wrongly: string },
): Promise<void> {
  const key = runtime.newId()
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: { id: by, role: 'admin' },
    key: { tenant, operation: 'PUT /tickets/{ticketId}/assignee', key },
    fingerprint: sha256Hex(key),
    correlationId: runtime.newId(),
    receivedAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'ticket', id: ticketId },
    reads: { ticket: ticketRow(tenant, ticketId), assignee: userRow(tenant, userId) },
    ids: { target: ticketId, message: runtime.newId() },
    decide: (state, metadata) => assignTicket(state, { userId, ...metadata }),
    toResponse: ({ id, assignee, version }) => ({
      status: 200,
      headers: { 'Content-Type': 'application/json', ETag: `"${version}"` },
      body: JSON.stringify({ id, assignee, version }),
    }),
  })
  if (result.status !== 'succeeded') throw new Error(`the faulty release could not assign: ${JSON.stringify(result)}`)
}
