import { type AttachmentIds, attachmentOfSaga, attachmentSagaId } from '../attachment/saga-id.ts'

/** One removal of an attachment. `seq` is the number of the event that requested it. */
export interface RemovalIds extends AttachmentIds {
  seq: number
}

/** `r`, the ids of ticket and attachment in base64url (43 characters), and the event's number: fits into a saga's id. */
const pattern = /^r([A-Za-z0-9_-]{43})-([1-9][0-9]{0,11})$/

/**
 * The id of a removal's saga. As with an upload's, the API returns it before the saga is started, and the attachment can be read from it.
 * The event's number is part of it: a file that a compensated removal has kept may be removed again, by another saga.
 */
export function removalSagaId({ seq, ...attachment }: RemovalIds): string {
  return `r${Buffer.from(attachmentSagaId(attachment), 'hex').toString('base64url')}-${seq}`
}

/** The removal that a saga id refers to; undefined for ids of other sagas. */
export function removalOfSaga(sagaId: string): RemovalIds | undefined {
  const [, packed, seq] = pattern.exec(sagaId) ?? []
  const ids = packed && attachmentOfSaga(Buffer.from(packed, 'base64url').toString('hex'))
  return ids ? { ...ids, seq: Number(seq) } : undefined
}
