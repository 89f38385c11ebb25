import type { ObjectStore } from '../../gateways/object-store.ts'
import { cleanKey } from '../attachment/object-keys.ts'
import { refOf } from '../attachment/read-attachment.ts'
import { call, type ForwardPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedRemoval } from './requested-removal.ts'

/** Deletes the file. From here on, a download URL that was read before answers 404. */
export async function deleteObject(
  context: StepContext<RequestedRemoval, unknown, { objects: Pick<ObjectStore, 'delete'> }>,
): Promise<ForwardPlan<null>> {
  return call(async () => {
    await context.tools.objects.delete(cleanKey(refOf(context)))
    return { status: 'done', result: null }
  })
}
