import { decisiveVerdict, type ScanVerdict } from '../../domain/scan-verdict.ts'
import { answered, awaitVerdict, plainEtag, type StoredScan, scanRow } from '../../tables/attachment-scans.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Write } from '../../tables/store.ts'
import { type Plan, refuse, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'
import type { UploadedObject } from './upload.ts'

type Context = StepContext<RequestedAttachment, { upload: UploadedObject }, AttachmentTools>

export const noVerdict = 'no verdict of the malware scan came in time'

/** From here on whoever hears of a verdict on exactly these bytes knows whom to wake. */
export async function awaitScan(context: Context & { token: string; replaces: string | undefined }): Promise<Write[]> {
  const { token, replaces, results } = context
  return [awaitVerdict(refOf(context), { token, replaces, etag: plainEtag(results.upload.etag) })]
}

/** A verdict that came before the token was there has woken nobody: scans begin when S3 has the file, not when we know of it. */
export async function wakeIfScanned(context: Context & { token: string }): Promise<void> {
  if (answered(await readScan(context))) await context.tools.callbacks.succeed(context.token)
}

/** Woken, or out of time: only what was found clean goes on. A verdict on other bytes than those that were uploaded is none. */
export async function concludeScan(context: Context): Promise<Plan<null>> {
  const scan = await readScan(context)
  const verdict = decisiveVerdict(scan.verdictsOn(plainEtag(context.results.upload.etag)))
  return verdict?.verdict === 'clean' ? write([], null) : refuse(reasonOf(verdict))
}

function reasonOf(verdict: Exclude<ScanVerdict, { verdict: 'clean' }> | undefined): string {
  if (!verdict) return noVerdict
  if (verdict.verdict === 'infected') return `the file is infected: ${verdict.threat}`
  return `the file could not be scanned for malware: ${verdict.why}`
}

async function readScan(context: Context): Promise<StoredScan> {
  const scan = await readRow(context.store, scanRow(refOf(context)))
  if (!scan) throw new Error('the attachment has no row')
  return scan
}
