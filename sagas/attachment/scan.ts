import { decisiveVerdict, infectedReason, type ScanVerdict } from '../../domain/scan-verdict.ts'
import { awaitVerdict, callbackDue, type StoredScan, scanRow } from '../../tables/attachment-scans.ts'
import { readRow } from '../../tables/read-row.ts'
import { plainEtag } from '../../tables/scan-attributes.ts'
import type { Write } from '../../tables/store.ts'
import { type Plan, refuse, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { attachmentMissing, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'
import type { UploadedObject } from './upload.ts'

type Context = StepContext<RequestedAttachment, { upload: UploadedObject }, AttachmentTools>

const noVerdict = 'the malware scan gave no verdict in time'

/** Stores the task token with the ETag: a verdict on exactly these bytes wakes the saga from now on. */
export async function awaitScan(context: Context & { token: string; replaces: string | undefined }): Promise<Write[]> {
  const { token, replaces, results } = context
  return [awaitVerdict(refOf(context), { token, replaces, etag: plainEtag(results.upload.etag) })]
}

/**
 * Wakes itself when the verdict arrived before the token was stored, as a scan starts when S3 has the file, not when the saga knows of it;
 * or when an earlier execution has already taken it.
 */
export async function wakeIfScanned(context: Context & { token: string }): Promise<void> {
  const scan = await readScan(context)
  if (callbackDue(scan) || scan.state !== 'inspecting') await context.tools.callbacks.succeed(context.token)
}

/** Concludes after a callback or a timeout: only a clean file passes. A verdict on other bytes than the uploaded ones does not count. */
export async function concludeScan(context: Context): Promise<Plan<null>> {
  const scan = await readScan(context)
  const verdict = decisiveVerdict(scan.verdictsOn(plainEtag(context.results.upload.etag)))
  return verdict?.verdict === 'clean' ? write([], null) : refuse(reasonOf(verdict))
}

function reasonOf(verdict: Exclude<ScanVerdict, { verdict: 'clean' }> | undefined): string {
  if (!verdict) return noVerdict
  if (verdict.verdict === 'infected') return infectedReason(verdict.threat)
  return `the file could not be scanned for malware: ${verdict.why}`
}

async function readScan(context: Context): Promise<StoredScan> {
  const scan = await readRow(context.store, scanRow(refOf(context)))
  if (!scan) throw attachmentMissing(refOf(context))
  return scan
}
