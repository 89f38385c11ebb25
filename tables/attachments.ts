import * as z from 'zod'
import { Attachment, type AttachmentState, attachmentTransitions } from '../domain/attachment.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import { verdictAttribute } from './scan-attributes.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * Attachments in `Tickets`: `ATTACHMENT#id` in the partition of their ticket. Besides what callers see, a row stores the task token of the
 * saga that waits for the upload, and when an upload was reported. `attachment-scans.ts` has the attributes of the malware scan.
 */
const table = 'Tickets'
const prefix = 'ATTACHMENT#'

// Ignores the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const AttachmentRow = Attachment.strip()

/** Removed in a final state, when no saga waits. */
const callbackAttributes = ['token', 'scanToken', 'scanEtag']

/** One attachment of a tenant. */
export interface AttachmentRef {
  tenant: string
  ticketId: string
  id: string
}

/** What an attachment has besides what callers see. */
export const UploadAttributes = z.object({ token: z.string().optional(), uploadedAt: z.iso.datetime().optional() })

export interface StoredAttachment extends Attachment {
  /** Task token of the saga that waits for the upload. */
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

/** Throws `ZodError` when the row is not an attachment. */
export function parseAttachment(row: Row): StoredAttachment {
  return { ...AttachmentRow.parse(row), ...UploadAttributes.parse(row) }
}

/** Every attachment of a ticket, in whatever state. */
export function attachmentsQuery(tenant: string, ticketId: string): Query {
  return { table, partition: aggregateKey(tenant, { type: 'ticket', id: ticketId }), sort: { prefix } }
}

export function isAttachmentKey(sk: string): boolean {
  return sk.startsWith(prefix)
}

/** Stores an attachment that a decision changed. A requested one must not exist yet; for any other, the transition must be allowed. */
export function putAttachment(tenant: string, attachment: Attachment): Write {
  const { state, ticketId, id, readyAt, etag, removalSeq, removalRequestedBy, removalWhy, reason, removedAt } =
    attachment
  const key = keyOf({ tenant, ticketId, id })
  switch (state) {
    case 'requested':
      return { kind: 'put', table, row: { ...key, ...attachment, tenant }, when: absent }
    case 'removing': {
      const mark = { state, removalSeq, removalRequestedBy }
      if (!removalWhy) return { kind: 'update', table, key, set: mark, when: { attribute: 'state', equals: 'ready' } }
      return { kind: 'update', table, key, set: { ...mark, removalWhy, reason }, when: isNotTakenBack }
    }
    case 'removed':
      return { kind: 'update', table, key, set: { state, removedAt }, when: isRemovedBy(removalSeq) }
    case 'ready': {
      // Not `canBecome`: a removal that is undone makes a file ready again, by a write of its own.
      const isInspecting: Condition = { attribute: 'state', equals: 'inspecting' }
      // A verdict that was recorded before is seen by this decision; one that comes after finds the file ready.
      const isNotInfected: Condition[] = etag ? [{ attribute: verdictAttribute(etag, 'infected'), is: 'absent' }] : []
      return {
        kind: 'update',
        table,
        key,
        set: { state, ...(readyAt && { readyAt }), ...(etag && { etag }) },
        remove: callbackAttributes,
        when: { all: [isInspecting, ...isNotInfected] },
      }
    }
    default:
      return { kind: 'update', table, key, set: { state }, remove: callbackAttributes, when: canBecome(state) }
  }
}

/** Undoes the mark of a removal that did not take place: the file is ready again. */
export function keepAttachment(ref: AttachmentRef, removalSeq: number): Write {
  return {
    kind: 'update',
    table,
    key: keyOf(ref),
    set: { state: 'ready' },
    remove: ['removalSeq', 'removalRequestedBy', 'removalWhy', 'reason'],
    when: isRemovedBy(removalSeq),
  }
}

/** Whether the file is part of its ticket, and at most a person has asked for its removal. */
const isNotTakenBack: Condition = {
  any: [
    { attribute: 'state', equals: 'ready' },
    {
      all: [
        { attribute: 'state', equals: 'removing' },
        { attribute: 'removalWhy', is: 'absent' },
      ],
    },
  ],
}

/** Whether this removal, and no other, has marked the attachment and is not finished with it. */
function isRemovedBy(removalSeq: number | undefined): Condition {
  return {
    all: [
      { attribute: 'state', equals: 'removing' },
      { attribute: 'removalSeq', equals: removalSeq ?? 0 },
    ],
  }
}

/**
 * Opens the upload slot. A retry of the step opens it again with another token: `replaces` must be the current one, so that a copy that
 * was overtaken can't put its own back. `expiresAt` (ISO 8601, UTC) stays the same.
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

/** Records when an upload was reported, unless the slot is closed. */
export function recordUpload(ref: AttachmentRef, uploadedAt: string): Write {
  const when: Condition = {
    any: [
      { attribute: 'state', equals: 'requested' },
      { attribute: 'state', equals: 'awaiting_upload' },
    ],
  }
  return { kind: 'update', table, key: keyOf(ref), set: { uploadedAt }, when }
}

/** Closes the slot: from now on no upload URL is issued. */
export function startInspection(ref: AttachmentRef): Write {
  const set = { state: 'inspecting' }
  return { kind: 'update', table, key: keyOf(ref), set, remove: ['token'], when: canBecome('inspecting') }
}

/** Ends a compensated attachment, with the reason for the caller. */
export function failAttachment(ref: AttachmentRef, state: 'rejected' | 'expired', reason: string): Write {
  return {
    kind: 'update',
    table,
    key: keyOf(ref),
    set: { state, reason },
    remove: callbackAttributes,
    when: canBecome(state),
  }
}

/** Whether the transition table allows this state to follow the stored one. */
function canBecome(state: AttachmentState): Condition {
  const before = Object.entries(attachmentTransitions).filter(([, after]) =>
    (after as readonly AttachmentState[]).includes(state),
  )
  return { any: before.map(([name]) => ({ attribute: 'state', equals: name })) }
}
