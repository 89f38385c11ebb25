/** What the two ids of an attachment are, so that a saga's id can be made of them: UUIDs. */
const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/

/** Which attachment, within a tenant. */
export interface AttachmentIds {
  ticketId: string
  attachmentId: string
}

/**
 * The id of an attachment's saga: the ids of ticket and attachment, 64 hexadecimal digits. Callers know it before the saga is
 * started; being able to read it backwards is what lets it be told from an id of nothing.
 */
export function attachmentSagaId({ ticketId, attachmentId }: AttachmentIds): string {
  return packed(ticketId) + packed(attachmentId)
}

/** The attachment whose saga would have this id; undefined for ids of other sagas. */
export function attachmentOfSaga(sagaId: string): AttachmentIds | undefined {
  if (!/^[0-9a-f]{64}$/.test(sagaId)) return undefined
  return { ticketId: unpacked(sagaId.slice(0, 32)), attachmentId: unpacked(sagaId.slice(32)) }
}

function packed(id: string): string {
  if (!uuid.test(id)) throw new Error(`${id} is no UUID`)
  return id.replaceAll('-', '')
}

function unpacked(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
