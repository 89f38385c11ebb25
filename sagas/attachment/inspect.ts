import { sha256Hex } from '../../domain/sha256.ts'
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
 * Checks that the file is what its request declared (length, digest, content type by content) and free of malware. The presigned upload
 * binds the first three as well, but only the bytes themselves prove them.
 */
export async function inspect(context: Context): Promise<Plan<null>> {
  const { objects, scanner } = context.tools
  const { etag, sizeBytes } = context.results.upload
  const key = quarantineKey(refOf(context))
  const declared = await readAttachment(context)
  if (sizeBytes !== declared.sizeBytes)
    return refuse(`the file has ${sizeBytes} bytes, but ${declared.sizeBytes} were declared`)
  const bytes = await objects.read(key, { etag, bytesMax: declared.sizeBytes })
  if (!bytes) return refuse('the file was changed or removed after its upload')
  if (sha256Hex(bytes) !== declared.sha256) return refuse('the SHA-256 of the content differs from the declared one')
  if (!(await contentMatches(declared.contentType, bytes, context.tools)))
    return refuse(`the content is not ${declared.contentType}`)
  const scanned = await scanner.scan({ key, etag, bytes })
  return scanned.verdict === 'clean' ? write([], null) : refuse(`the file is infected: ${scanned.threat}`)
}

/** An inspection changes nothing. */
export async function nothingToUndo(): Promise<UndoPlan> {
  return { plan: 'skip' }
}
