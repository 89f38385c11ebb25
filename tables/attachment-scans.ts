import * as z from 'zod'
import { type AttachmentState, attachmentStates } from '../domain/attachment.ts'
import { decisiveVerdict, ScanVerdict, verdictKinds } from '../domain/scan-verdict.ts'
import { type AttachmentRef, attachmentRow } from './attachments.ts'
import type { Condition } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * The malware scan of an attachment, on its row in `Tickets`: `scanToken` wakes the saga that waits for the verdict on the bytes that
 * `scanEtag` names. Each verdict is an attribute of its own (`scan_<etag>_<verdict>`): noting one needs no reading, a second copy
 * changes nothing, and of verdicts that differ none is lost, whichever came last.
 */
export interface StoredScan {
  state: AttachmentState
  token: string | undefined
  /** The ETag, as {@link plainEtag} has it, of the bytes whose verdict is waited for. */
  etag: string | undefined
  /** What was said of these bytes. */
  verdictsOn(etag: string): ScanVerdict[]
}

const Waiting = z.object({
  state: z.enum(attachmentStates),
  scanToken: z.string().optional(),
  scanEtag: z.string().optional(),
})

export function scanRow(ref: AttachmentRef): RowRead<StoredScan> {
  return { ...attachmentRow(ref), parse: parseScan }
}

/** Throws `ZodError` on a row that is no attachment. */
export function parseScan(row: Row): StoredScan {
  const { state, scanToken: token, scanEtag: etag } = Waiting.parse(row)
  const verdictsOn = (bytes: string) =>
    verdictKinds.flatMap((kind) => {
      const stored = row[slotOf(bytes, kind)]
      return stored === undefined ? [] : [ScanVerdict.parse(stored)]
    })
  return { state, token, etag, verdictsOn }
}

/** Who waits for a verdict that is there. */
export function callbackDue({ token, etag, verdictsOn }: StoredScan): { token: string } | undefined {
  return token !== undefined && etag !== undefined && decisiveVerdict(verdictsOn(etag)) ? { token } : undefined
}

/** Notes what was said of some bytes, while their attachment is not settled. */
export function recordVerdict(ref: AttachmentRef, etag: string, verdict: ScanVerdict): Write {
  const when: Condition = {
    any: (['requested', 'awaiting_upload', 'inspecting'] as const).map((state) => ({
      attribute: 'state',
      equals: state,
    })),
  }
  return { kind: 'update', ...rowOf(ref), set: { [slotOf(etag, verdict.verdict)]: verdict }, when }
}

/** Waits for the verdict, or waits again with another token. The token that is replaced must be the one that the fence had. */
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

/** An ETag without the quotes that HTTP puts around it and that events leave out. */
export function plainEtag(etag: string): string {
  return etag.replaceAll('"', '')
}

function rowOf(ref: AttachmentRef) {
  const { table, key } = attachmentRow(ref)
  return { table, key }
}

function slotOf(etag: string, kind: ScanVerdict['verdict']): string {
  return `scan_${etag}_${kind}`
}
