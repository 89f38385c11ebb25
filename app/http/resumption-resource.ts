import * as z from 'zod'
import { ResourceId, UserId } from '../../domain/ids.ts'
import type { Resumption } from '../../domain/resumption.ts'
import { SagaFilter } from '../../domain/saga-filter.ts'

const count = z.int().nonnegative()

/** A resumption with its progress. */
export const ResumptionResource = z
  .strictObject({
    id: ResourceId,
    state: z.enum(['running', 'finished']),
    filter: SagaFilter,
    requestedBy: UserId,
    requestedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
    seen: count.meta({ description: 'Parked sagas that passed the filter: the sum of the three counts below.' }),
    resumed: count,
    refused: count.meta({
      description:
        'Sagas that somebody else had resumed, or that had parked again, in between. All that are left, when who asked was deactivated.',
    }),
    failed: count.meta({ description: 'Sagas that could not be read: the log names them.' }),
  })
  .meta({ id: 'Resumption', description: 'Parked sagas that are resumed one by one, each parking once.' })

export function toResumptionResource(resumption: Resumption): z.infer<typeof ResumptionResource> {
  const { id, filter, requestedBy, requestedAt, finishedAt, resumed, refused, failed } = resumption
  return {
    id,
    state: finishedAt === undefined ? 'running' : 'finished',
    filter,
    requestedBy,
    requestedAt,
    ...(finishedAt !== undefined && { finishedAt }),
    seen: resumed + refused + failed,
    resumed,
    refused,
    failed,
  }
}
