import { call, type ForwardPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { quarantineKey } from './object-keys.ts'
import { refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'

/** Deletes the quarantined object, as its clean copy is in place. */
export async function cleanQuarantine(
  context: StepContext<RequestedAttachment, unknown, AttachmentTools>,
): Promise<ForwardPlan<null>> {
  return call(async () => {
    await context.tools.objects.delete(quarantineKey(refOf(context)))
    return { status: 'done', result: null }
  })
}
