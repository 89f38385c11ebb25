/** Ticket and attachment ids are UUIDs, so that both fit into the saga's id. */
const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/

/** Identifies an attachment within its tenant. */
export interface AttachmentIds {
  ticketId: string
  attachmentId: string
}

/**
 * The id of an attachment's saga: the ids of ticket and attachment, 64 hexadecimal digits. The API returns it before the saga is started;
 * because the attachment can be read from it, `GET /sagas/{id}` can tell a pending saga from an unknown id.
 */
export function attachmentSagaId({ ticketId, attachmentId }: AttachmentIds): string {
  return packed(ticketId) + packed(attachmentId)
}

/** The attachment that a saga id refers to; undefined for ids of other sagas. */
export function attachmentOfSaga(sagaId: string): AttachmentIds | undefined {
  if (!/^[0-9a-f]{64}$/.test(sagaId)) return undefined
  return { ticketId: unpacked(sagaId.slice(0, 32)), attachmentId: unpacked(sagaId.slice(32)) }
}

function packed(id: string): string {
  if (!uuid.test(id)) throw new Error(`${id} is not a UUID`)
  return id.replaceAll('-', '')
}

function unpacked(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
