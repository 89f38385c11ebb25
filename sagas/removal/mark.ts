import type { Runtime } from '../../domain/runtime.ts'
import { attachmentRow, keepAttachment, type StoredAttachment } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import { refOf } from '../attachment/read-attachment.ts'
import { type Plan, refuse, skip, type UndoPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedRemoval } from './requested-removal.ts'

type Context = StepContext<RequestedRemoval, unknown, { runtime: Runtime }>

/** Confirms the mark that was set in the transaction of the request, so that a second request could not start another removal. */
export async function confirmMark(context: Context): Promise<Plan<null>> {
  return (await isMarked(context)) ? skip(null) : refuse('the attachment is not marked for this removal any more')
}

/** The last undo: the file is ready again. It runs even when no step was attempted, in the transaction that ends the saga. */
export async function unmark(context: Context): Promise<UndoPlan> {
  const writes = (await isMarked(context)) ? [keepAttachment(refOf(context), context.input.seq)] : []
  return { plan: 'write', writes }
}

/**
 * Whether the file is marked for this removal. The saga may run while the transaction of its request is still being applied: a
 * plain read that finds no mark proves nothing, so that is read again in a snapshot, which waits for the transaction. Throws
 * `Error` when it waits in vain.
 */
async function isMarked(context: Context): Promise<boolean> {
  const { store, tools, input } = context
  const read = attachmentRow(refOf(context))
  const isMark = (row: StoredAttachment | undefined) => row?.state === 'removing' && row.removalSeq === input.seq
  if (isMark(await readRow(store, read))) return true
  const { attachment } = await requireSnapshot(store, new Retries(tools.runtime), { attachment: read })
  return isMark(attachment)
}
