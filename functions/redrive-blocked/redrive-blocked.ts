import * as z from 'zod'
import { BlockedAggregate, BlockedId, toBlockedAggregate } from '../../app/http/blocked-resource.ts'
import { admins } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/redrive-blocked.ts'
import { type Checkpoint, checkpointRow } from '../../tables/checkpoints.ts'

/** Lets a consumer try again the event at which it could not go on, and all that wait behind it, once the event is delivered. */
export const redriveBlocked = writeEndpoint('redrive-blocked', {
  summary: 'Try again the event that a subscriber could not apply',
  roles: admins,
  params: z.strictObject({ blockedId: BlockedId }),
  aggregate: ({ ids }) => ({ type: 'redrive', id: ids.target }),
  reads: (tenant, { blockedId: { consumer, aggregate } }) => ({
    checkpoint: checkpointRow(consumer, tenant, aggregate),
  }),
  decide: (state: { checkpoint?: Checkpoint | undefined }, { blockedId, ...command }) =>
    domain.redriveBlocked(state, { ...command, ...blockedId }),
  respond: (checkpoint) => jsonResponse(toBlockedAggregate(checkpoint)),
  success: { status: 200, schema: BlockedAggregate },
})
