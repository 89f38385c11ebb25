import { releaseBudget, reserveBudget } from '../../../sagas/notification/budget.ts'
import { saga } from '../../../sagas/saga.ts'
import { handToPartner } from './partner.ts'
import { tellRequester } from './tell.ts'
import { TicketHandover } from './ticket-handover.ts'

/** Hands a ticket to a partner, and tells who asked. A partner who will not have it sends everything back. */
export const handover = saga('handover', TicketHandover)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .pivot('partner', { do: handToPartner, timeoutSeconds: 15 })
  .retriable('tell', { do: tellRequester })
