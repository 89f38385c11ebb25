import { addAttachment } from '../../domain/add-attachment.ts'
import { decisiveVerdict, infectedReason } from '../../domain/scan-verdict.ts'
import { closeUpload } from '../../tables/attachment-quota.ts'
import { plainEtag } from '../../tables/scan-attributes.ts'
import { type Plan, refuse } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { attachmentMissing, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import { planTicketChange, readTicketAndAttachment } from './ticket-writes.ts'
import type { AttachmentTools } from './tools.ts'
import type { UploadedObject } from './upload.ts'

/**
 * The pivot: the file becomes part of its ticket, and its upload slot is free for the next one. Refused when malware was found in it since
 * it was scanned, or without a scan of its own.
 */
export async function publish(
  context: StepContext<RequestedAttachment, { upload: UploadedObject }, AttachmentTools>,
): Promise<Plan<{ seq: number }>> {
  const { saga, store, nowMs, tools, results } = context
  const etag = plainEtag(results.upload.etag)
  const ref = refOf(context)
  const { ticket, attachment } = await readTicketAndAttachment(store, tools.runtime, ref)
  if (!attachment) throw attachmentMissing(ref)
  const verdict = decisiveVerdict(attachment.scan.verdictsOn(etag))
  if (verdict?.verdict === 'infected') return refuse(infectedReason(verdict.threat))
  const decision = addAttachment({ ticket, attachment }, { at: new Date(nowMs).toISOString(), etag })
  const more = closeUpload(saga.tenant, attachment)
  return planTicketChange(context, { ticket, decision, actor: attachment.requestedBy, more })
}
