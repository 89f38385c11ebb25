import { saga } from '../saga.ts'
import { deleteObject } from './delete-object.ts'
import { confirmMark, unmark } from './mark.ts'
import { releaseQuota } from './release-quota.ts'
import { remove } from './remove.ts'
import { RequestedRemoval } from './requested-removal.ts'

/**
 * Takes one file away from its ticket: its request has marked it; remove it from the ticket, delete the object, release its bytes. The
 * object goes after the metadata, so that no reader ever finds a ready attachment without its file.
 */
export const removal = saga('removal', RequestedRemoval)
  .compensatable('mark', { do: confirmMark, undo: unmark, undoUnattempted: true })
  .pivot('remove', { do: remove })
  .retriable('delete', { do: deleteObject })
  .retriable('release', { do: releaseQuota })
