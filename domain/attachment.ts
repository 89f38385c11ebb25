import * as z from 'zod'
import { FileName } from './file-name.ts'
import { ResourceId, UserId } from './ids.ts'

/**
 * Which states may follow each state of an attachment. Compensation of an upload ends in `expired` when no upload came in time, else in
 * `rejected`; compensation of a removal returns to `ready`.
 */
export const attachmentTransitions = {
  requested: ['awaiting_upload', 'rejected', 'expired'],
  awaiting_upload: ['inspecting', 'rejected', 'expired'],
  inspecting: ['ready', 'rejected'],
  ready: ['removing'],
  removing: ['removed', 'ready'],
  removed: [],
  rejected: [],
  expired: [],
} as const satisfies Record<string, readonly string[]>

export type AttachmentState = keyof typeof attachmentTransitions

export const attachmentStates = Object.keys(attachmentTransitions) as [AttachmentState, ...AttachmentState[]]

/** Whether no other state can follow: the attachment has no file, and never will. */
export function isFinal(state: AttachmentState): boolean {
  return attachmentTransitions[state].length === 0
}

/** Whether the saga that adds the file has finished with it: no upload is expected. */
export function isUploadOver(state: AttachmentState): boolean {
  return isFinal(state) || state === 'ready' || state === 'removing'
}

/** Why the system takes a file back that is part of its ticket. */
export const removalReasons = ['infected'] as const

/** The types that can be attached: those whose content the inspection can check against the declared type. */
const contentTypes = ['image/png', 'image/jpeg', 'application/pdf', 'text/plain'] as const
export const ContentType = z.enum(contentTypes)
export type ContentType = z.infer<typeof ContentType>

/** 10 MiB. The inspection reads a whole file into memory. */
export const attachmentBytesMax = 10 * 1024 * 1024

/**
 * The caller declares the file before uploading it. The upload URL is bound to the declaration, and the
 * inspection checks the file against it.
 */
const declaredFields = {
  fileName: FileName,
  contentType: ContentType,
  sizeBytes: z.int().min(1).max(attachmentBytesMax),
  /** SHA-256 of the content, in hex. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be a SHA-256 digest: 64 hexadecimal digits')
    .transform((digest) => digest.toLowerCase()),
}

export const FileDeclaration = z.strictObject(declaredFields)
export type FileDeclaration = z.infer<typeof FileDeclaration>

/** One file of a ticket, from the request on. `seq` is the number of the event that requested it. */
export const Attachment = z.strictObject({
  id: ResourceId,
  ticketId: ResourceId,
  seq: z.int().positive(),
  ...declaredFields,
  state: z.enum(attachmentStates),
  requestedBy: UserId,
  requestedAt: z.iso.datetime(),
  /** When the upload slot closes. */
  uploadExpiresAt: z.iso.datetime().optional(),
  readyAt: z.iso.datetime().optional(),
  /** ETag of the bytes that became part of the ticket. Absent on files that were added before it was recorded. */
  etag: z.string().optional(),
  /** Why it was rejected, has expired, or is taken back. */
  reason: z.string().optional(),
  /** Whether it counts in the {@link ./upload-quota.ts} of the person who requested it. Rows of earlier versions do not. */
  isCounted: z.literal(true).optional(),
  /** Number of the event that requested its removal, and who did. Both are absent again when the removal did not take place. */
  removalSeq: z.int().positive().optional(),
  removalRequestedBy: UserId.optional(),
  /** Why the system removes it. Absent when a person asked for it. */
  removalWhy: z.enum(removalReasons).optional(),
  removedAt: z.iso.datetime().optional(),
})
export type Attachment = z.infer<typeof Attachment>
