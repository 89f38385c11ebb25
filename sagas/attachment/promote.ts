import { call, type Plan, type UndoPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { cleanKey, quarantineKey } from './object-keys.ts'
import { refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'
import type { UploadedObject } from './upload.ts'

type Context = StepContext<RequestedAttachment, { upload: UploadedObject }, AttachmentTools>

/** Copies exactly the bytes that were inspected: the copy is conditional on their ETag. */
export async function promote(context: Context): Promise<Plan<null>> {
  const { objects } = context.tools
  const { etag, contentType } = context.results.upload
  const to = cleanKey(refOf(context))
  const { correlationId, traceparent } = context.saga
  const metadata = { 'correlation-id': correlationId, ...(traceparent !== undefined && { traceparent }) }
  return call(async () => {
    const outcome = await objects.copy({ from: quarantineKey(refOf(context)), to, etag, contentType, metadata })
    // An earlier attempt may have copied it and lost the answer. Nothing else is ever copied to this key.
    if (outcome === 'copied' || (await objects.head(to))) return { status: 'done', result: null }
    return { status: 'refused', why: 'the file was changed or removed after its inspection' }
  })
}

export async function withdrawObject(context: Context): Promise<UndoPlan> {
  return { plan: 'call', call: () => context.tools.objects.delete(cleanKey(refOf(context))) }
}
