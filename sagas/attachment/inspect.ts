import { createHash } from 'node:crypto'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { contentMatches } from './content-type.ts'
import { quarantineKey } from './object-keys.ts'
import { readAttachment, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'
import type { UploadedObject } from './upload.ts'

type Context = StepContext<RequestedAttachment, { upload: UploadedObject }, AttachmentTools>

/**
 * Holds the file to what was promised: length, digest, content type by content, and no malware. The address for the upload binds the
 * first three as well, but what S3 was told is not what was seen.
 */
export async function inspect(context: Context): Promise<Plan<null>> {
  const { objects, scanner } = context.tools
  const { etag, sizeBytes } = context.results.upload
  const key = quarantineKey(refOf(context))
  const promised = await readAttachment(context)
  if (sizeBytes !== promised.sizeBytes)
    return refuse(`the file has ${sizeBytes} bytes, not ${promised.sizeBytes} as was said`)
  const bytes = await objects.read(key, { etag, bytesMax: promised.sizeBytes })
  if (!bytes) return refuse('the file was changed or removed after its upload')
  if (createHash('sha256').update(bytes).digest('hex') !== promised.sha256)
    return refuse('the content has another SHA-256 than was said')
  if (!(await contentMatches(promised.contentType, bytes))) return refuse(`the content is no ${promised.contentType}`)
  const scanned = await scanner.scan({ key, etag, bytes })
  return scanned.verdict === 'clean' ? write([], null) : refuse(`the file is infected: ${scanned.threat}`)
}

/** Looking leaves no trace. */
export async function nothingToUndo(): Promise<UndoPlan> {
  return { plan: 'skip' }
}
