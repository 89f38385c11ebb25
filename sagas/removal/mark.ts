import { attachmentRow, keepAttachment } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { readAttachment, refOf } from '../attachment/read-attachment.ts'
import { type Plan, refuse, skip, type UndoPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedRemoval } from './requested-removal.ts'

type Context = StepContext<RequestedRemoval>

/** Confirms the mark that was set in the transaction of the request, so that a second request could not start another removal. */
export async function confirmMark(context: Context): Promise<Plan<null>> {
  const { state, removalSeq } = await readAttachment(context)
  const isMarked = state === 'removing' && removalSeq === context.input.seq
  return isMarked ? skip(null) : refuse('the attachment is not marked for this removal any more')
}

/** The last undo: the file is ready again. It runs even when no step was attempted, in the transaction that ends the saga. */
export async function unmark(context: Context): Promise<UndoPlan> {
  const { seq } = context.input
  const attachment = await readRow(context.store, attachmentRow(refOf(context)))
  const isMarked = attachment?.state === 'removing' && attachment.removalSeq === seq
  return { plan: 'write', writes: isMarked ? [keepAttachment(refOf(context), seq)] : [] }
}
