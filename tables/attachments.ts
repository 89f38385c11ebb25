import * as z from 'zod'
import { Attachment, type AttachmentState, attachmentTransitions } from '../domain/attachment.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * Attachments in `Tickets`: `ATTACHMENT#id` in the partition of their ticket. Beside what callers see, a row holds the slot: the task
 * token of the saga that waits, and when an upload was first heard of. What a malware scan adds is in `attachment-scans.ts`.
 */
const table = 'Tickets'
const prefix = 'ATTACHMENT#'

/** A row also holds its keys. Built once: Zod compiles a schema at its first parse. */
const AttachmentRow = Attachment.strip()

/** Who waited, for the upload or for a verdict on it: nobody, once the attachment is settled. */
const ofWaits = ['token', 'scanToken', 'scanEtag']

/** One attachment of a tenant. */
export interface AttachmentRef {
  tenant: string
  ticketId: string
  id: string
}

const Slot = z.object({ token: z.string().optional(), uploadedAt: z.iso.datetime().optional() })

export interface StoredAttachment extends Attachment {
  /** Wakes the saga that waits for the upload. */
  token?: string | undefined
  uploadedAt?: string | undefined
}

const keyOf = ({ tenant, ticketId, id }: AttachmentRef) => ({
  pk: aggregateKey(tenant, { type: 'ticket', id: ticketId }),
  sk: `${prefix}${id}`,
})

export function attachmentRow(ref: AttachmentRef): RowRead<StoredAttachment> {
  return { table, key: keyOf(ref), parse: parseAttachment }
}

/** Throws `ZodError` on a row that is no attachment. */
export function parseAttachment(row: Row): StoredAttachment {
  return { ...AttachmentRow.parse(row), ...Slot.parse(row) }
}

export function isAttachmentKey(sk: string): boolean {
  return sk.startsWith(prefix)
}

/** What a decision says of an attachment: a new one must not exist, any other must be in a state that this one may follow. */
export function putAttachment(tenant: string, attachment: Attachment): Write {
  const ref = { tenant, ticketId: attachment.ticketId, id: attachment.id }
  if (attachment.state === 'requested')
    return { kind: 'put', table, row: { ...keyOf(ref), ...attachment, tenant }, when: absent }
  const { state, readyAt } = attachment
  return {
    kind: 'update',
    table,
    key: keyOf(ref),
    set: { state, ...(readyAt && { readyAt }) },
    remove: ofWaits,
    when: mayBecome(state),
  }
}

/**
 * Opens the slot, or opens it again with another token. The token that is replaced must be the one that the fence had when this was
 * decided, so that what another copy has overtaken is refused. The time at which the slot closes is set once.
 */
export function openSlot(
  ref: AttachmentRef,
  slot: { token: string; replaces: string | undefined; expiresAt: string },
): Write {
  const { token, replaces, expiresAt } = slot
  const isOpen: Condition = {
    all: [
      { attribute: 'state', equals: 'awaiting_upload' },
      { attribute: 'token', equals: replaces ?? '' },
    ],
  }
  return {
    kind: 'update',
    table,
    key: keyOf(ref),
    set: { state: 'awaiting_upload', token, uploadExpiresAt: expiresAt },
    when: replaces === undefined ? { attribute: 'state', equals: 'requested' } : isOpen,
  }
}

/** Records that an upload was heard of, while one may be waited for. */
export function recordUpload(ref: AttachmentRef, uploadedAt: string): Write {
  const when: Condition = {
    any: [
      { attribute: 'state', equals: 'requested' },
      { attribute: 'state', equals: 'awaiting_upload' },
    ],
  }
  return { kind: 'update', table, key: keyOf(ref), set: { uploadedAt }, when }
}

/** The slot is over: no address for an upload is given out any more. */
export function startInspection(ref: AttachmentRef): Write {
  const set = { state: 'inspecting' }
  return { kind: 'update', table, key: keyOf(ref), set, remove: ['token'], when: mayBecome('inspecting') }
}

/** The end of the compensation. */
export function failAttachment(ref: AttachmentRef, state: 'rejected' | 'expired', reason: string): Write {
  return { kind: 'update', table, key: keyOf(ref), set: { state, reason }, remove: ofWaits, when: mayBecome(state) }
}

function mayBecome(state: AttachmentState): Condition {
  const before = Object.entries(attachmentTransitions).filter(([, after]) =>
    (after as readonly AttachmentState[]).includes(state),
  )
  return { any: before.map(([name]) => ({ attribute: 'state', equals: name })) }
}
