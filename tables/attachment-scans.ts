import * as z from 'zod'
import { type AttachmentState, attachmentStates } from '../domain/attachment.ts'
import { decisiveVerdict, ScanVerdict, verdictKinds } from '../domain/scan-verdict.ts'
import type { FoundFile } from '../domain/take-back.ts'
import { type AttachmentRef, attachmentRow, parseAttachment, type StoredAttachment } from './attachments.ts'
import type { Condition } from './condition.ts'
import type { RowRead } from './keys.ts'
import { verdictAttribute } from './scan-attributes.ts'
import type { Row, Write } from './store.ts'

/**
 * The malware scan of an attachment, stored on its row in `Tickets`. `scanToken` is the task token of the saga that waits for a verdict on
 * the bytes with the ETag `scanEtag`. Each verdict is a separate attribute (`scan_<etag>_<verdict>`): recording one needs no read, a
 * duplicate changes nothing, and conflicting verdicts do not overwrite each other.
 */
export interface StoredScan {
  state: AttachmentState
  token: string | undefined
  /** The ETag, in the form of {@link plainEtag}, of the bytes that the saga waits for. */
  etag: string | undefined
  /** The verdicts recorded for these bytes. */
  verdictsOn(etag: string): ScanVerdict[]
  /**
   * The threat that was found in the bytes that became part of the ticket. Rows that do not record their ETag: in bytes that were reported
   * clean, in whatever order.
   */
  infection: string | undefined
}

/** An attachment with the malware scan of it. */
export type ScannedAttachment = StoredAttachment & FoundFile & { scan: StoredScan }

const expectingStates = ['requested', 'awaiting_upload', 'inspecting'] as const satisfies AttachmentState[]

export const ScanAttributes = z.object({
  state: z.enum(attachmentStates),
  scanToken: z.string().optional(),
  scanEtag: z.string().optional(),
  etag: z.string().optional(),
})

export function scanRow(ref: AttachmentRef): RowRead<StoredScan> {
  return { ...attachmentRow(ref), parse: parseScan }
}

export function scannedAttachmentRow(ref: AttachmentRef): RowRead<ScannedAttachment> {
  return { ...attachmentRow(ref), parse: parseScannedAttachment }
}

/** Throws `ZodError` when the row is not an attachment. */
export function parseScannedAttachment(row: Row): ScannedAttachment {
  const scan = parseScan(row)
  return { ...parseAttachment(row), scan, infection: scan.infection }
}

/** Throws `ZodError` when the row is not an attachment. */
export function parseScan(row: Row): StoredScan {
  const { state, scanToken: token, scanEtag, etag } = ScanAttributes.parse(row)
  const verdictsOn = (bytes: string) =>
    verdictKinds.flatMap((kind) => {
      const stored = row[verdictAttribute(bytes, kind)]
      return stored === undefined ? [] : [ScanVerdict.parse(stored)]
    })
  const reportedClean = () => Object.keys(row).flatMap((name) => /^scan_(.+)_clean$/.exec(name)?.[1] ?? [])
  const etags = etag === undefined ? reportedClean() : [etag]
  const infected = etags.flatMap(verdictsOn).find((verdict) => verdict.verdict === 'infected')
  return { state, token, etag: scanEtag, verdictsOn, infection: infected?.threat }
}

/** The callback to make: the saga waits for a verdict, and one has arrived. Undefined otherwise. */
export function callbackDue({ token, etag, verdictsOn }: StoredScan): { token: string } | undefined {
  return token !== undefined && etag !== undefined && decisiveVerdict(verdictsOn(etag)) ? { token } : undefined
}

/**
 * Records a verdict on these bytes: while the attachment is not in a final state, and malware also in a file that is part of its ticket,
 * so that it is no longer handed out.
 */
export function recordVerdict(ref: AttachmentRef, etag: string, verdict: ScanVerdict): Write {
  const when: Condition = {
    any: [...expectingStates, ...(verdict.verdict === 'infected' ? (['ready', 'removing'] as const) : [])].map(
      (state) => ({
        attribute: 'state',
        equals: state,
      }),
    ),
  }
  return { kind: 'update', ...rowOf(ref), set: { [verdictAttribute(etag, verdict.verdict)]: verdict }, when }
}

/**
 * Stores the task token of the saga that waits for the verdict. A retry of the step stores another token: `replaces` must be the current
 * one, so that a copy that was overtaken can't put its own back.
 */
export function awaitVerdict(
  ref: AttachmentRef,
  { token, replaces, etag }: { token: string; replaces: string | undefined; etag: string },
): Write {
  const when: Condition = {
    all: [
      { attribute: 'state', equals: 'inspecting' },
      replaces === undefined ? { attribute: 'scanToken', is: 'absent' } : { attribute: 'scanToken', equals: replaces },
    ],
  }
  return { kind: 'update', ...rowOf(ref), set: { scanToken: token, scanEtag: etag }, when }
}

function rowOf(ref: AttachmentRef) {
  const { table, key } = attachmentRow(ref)
  return { table, key }
}
