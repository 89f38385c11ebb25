import * as z from 'zod'
import { FileName } from './file-name.ts'
import { ResourceId, UserId } from './ids.ts'

/**
 * Which state of an attachment may follow which. `rejected` and `expired` come with the end of the compensation, `expired` when
 * nothing was uploaded in time.
 */
export const nextAttachmentState = {
  requested: ['awaiting_upload', 'rejected', 'expired'],
  awaiting_upload: ['inspecting', 'rejected', 'expired'],
  inspecting: ['ready', 'rejected'],
  ready: [],
  rejected: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>

export type AttachmentState = keyof typeof nextAttachmentState

export const attachmentStates = Object.keys(nextAttachmentState) as [AttachmentState, ...AttachmentState[]]

/** Whether nothing will happen to it any more. */
export function isFinal(state: AttachmentState): boolean {
  return nextAttachmentState[state].length === 0
}

/** What may be attached: content that is what it says can be told for these. */
export const contentTypes = ['image/png', 'image/jpeg', 'application/pdf', 'text/plain'] as const
export const ContentType = z.enum(contentTypes)
export type ContentType = z.infer<typeof ContentType>

/** 10 MB in the wider sense (MiB). A file of that size is inspected in memory. */
export const attachmentBytesMax = 10 * 1024 * 1024

/** What a caller says of the file beforehand; the upload is bound to it, and the inspection holds the file to it. */
const promised = {
  fileName: FileName,
  contentType: ContentType,
  sizeBytes: z.int().min(1).max(attachmentBytesMax),
  /** SHA-256 of the content, in hex. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 digest: 64 hexadecimal digits')
    .transform((digest) => digest.toLowerCase()),
}

export const AttachmentPromise = z.strictObject(promised)
export type AttachmentPromise = z.infer<typeof AttachmentPromise>

/** One file of a ticket, from its request on. `seq` is the event's that asked for it. */
export const Attachment = z.strictObject({
  id: ResourceId,
  ticketId: ResourceId,
  seq: z.int().positive(),
  ...promised,
  state: z.enum(attachmentStates),
  requestedBy: UserId,
  requestedAt: z.iso.datetime(),
  /** When its slot for the upload closes. */
  uploadExpiresAt: z.iso.datetime().optional(),
  readyAt: z.iso.datetime().optional(),
  /** Why it was rejected, or expired. */
  reason: z.string().optional(),
})
export type Attachment = z.infer<typeof Attachment>
