import { releaseBudget, reserveBudget } from '../../../sagas/notification/budget.ts'
import { saga } from '../../../sagas/saga.ts'
import { notifyRequester } from './notify.ts'
import { handToPartner } from './partner.ts'
import { TicketHandover } from './ticket-handover.ts'

/** Hands a ticket to a partner and notifies the requester. When the partner refuses, the saga compensates. */
export const handover = saga('handover', TicketHandover)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .pivot('partner', { do: handToPartner, timeoutSeconds: 15 })
  .retriable('notify', { do: notifyRequester })
