import type { Runtime } from '../domain/runtime.ts'
import * as domain from '../domain/take-back.ts'
import { attachmentSagaId } from '../sagas/attachment/saga-id.ts'
import { scannedAttachmentRow } from '../tables/attachment-scans.ts'
import type { AttachmentRef } from '../tables/attachments.ts'
import { readRow } from '../tables/read-row.ts'
import { sagaRow } from '../tables/sagas.ts'
import type { Store } from '../tables/store.ts'
import { ticketRow } from '../tables/tickets.ts'
import { executeSystemCommand } from './system-command.ts'

/**
 * Takes back a file in which malware was found after it had become part of its ticket (docs/adr/0014), by the removal saga. The state of
 * the file makes it safe to repeat, not a key: a removal that was compensated may be requested again. Throws when the outcome is not
 * definite; repeat it then.
 */
export async function takeBack(
  { store, runtime }: { store: Store; runtime: Runtime },
  ref: AttachmentRef,
  deadlineMs: number,
): Promise<void> {
  const { tenant, ticketId, id } = ref
  const upload = await readRow(store, sagaRow(tenant, attachmentSagaId({ ticketId, attachmentId: id })))
  const commandId = runtime.newId()
  const result = await executeSystemCommand(store, runtime, {
    tenant,
    operation: 'system take-back',
    derivedFrom: [ticketId, id, commandId],
    correlationId: upload?.correlationId ?? commandId,
    aggregate: { type: 'ticket', id: ticketId },
    reads: { ticket: ticketRow(tenant, ticketId), attachment: scannedAttachmentRow(ref) },
    decide: domain.takeBack,
    deadlineMs,
  })
  if (result.status !== 'succeeded')
    throw new Error(`the infected file could not be taken back (${result.status}): it is not handed out, try again`)
}
