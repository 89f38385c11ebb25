import { releaseFile } from '../../tables/attachment-quota.ts'
import { readAttachment } from '../attachment/read-attachment.ts'
import { type ForwardPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedRemoval } from './requested-removal.ts'

/** Releases the file's bytes, of the tenant and of the person who uploaded it: after the object is gone, so never for a stored file. */
export async function releaseQuota(context: StepContext<RequestedRemoval>): Promise<ForwardPlan<{ bytes: number }>> {
  const attachment = await readAttachment(context)
  return write(releaseFile(context.saga.tenant, attachment), { bytes: attachment.sizeBytes })
}
