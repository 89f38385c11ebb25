import * as z from 'zod'
import { ResourceId, UserId } from '../../../domain/ids.ts'
import { releaseBudget, reserveBudget } from '../../../sagas/notification/budget.ts'
import { saga } from '../../../sagas/saga.ts'
import { handToPartner } from './partner.ts'
import { tellRequester } from './tell.ts'

/** One ticket, handed over to a partner. Ids and small facts only: the rest is read when it is needed. */
export const Handover = z.strictObject({ ticketId: ResourceId, seq: z.int(), requester: UserId, handedAt: z.string() })
export type Handover = z.infer<typeof Handover>

/** Hands a ticket to a partner, and tells who asked. A partner who will not have it sends everything back. */
export const handover = saga('handover', Handover)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .pivot('partner', { do: handToPartner, timeoutSeconds: 15 })
  .retriable('tell', { do: tellRequester })
