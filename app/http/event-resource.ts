import * as z from 'zod'
import { type DomainEvent, ticketEventTypes } from '../../domain/event.ts'
import { UserId } from '../../domain/ids.ts'
import { Reason } from '../../domain/text.ts'
import { publishedFacts } from '../../domain/upcast-event.ts'

/** A ticket's history has events of no other aggregate. */
const TicketEventType = z.enum(ticketEventTypes)

/** One event of a ticket's history. `why` is the reason that was given with a change of status or a correction. */
export const EventResource = z
  .strictObject({
    seq: z.int().positive(),
    type: TicketEventType,
    actor: UserId.meta({ description: 'Who made the change; `steadfast:system` for the system itself.' }),
    occurredAt: z.iso.datetime().meta({
      description:
        'Event time: when it happened. That is when the request was received, unless the request said otherwise.',
    }),
    recordedAt: z.iso.datetime().meta({ description: 'Record time: when the event was stored.' }),
    why: Reason.optional(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'The facts of this event; they depend on `type`.' }),
  })
  .meta({ id: 'Event', description: "A change that was made to a ticket. `seq` is the ticket's version after it." })

export function toEventResource(event: DomainEvent, why: string | undefined): z.infer<typeof EventResource> {
  const { seq, actor, occurredAt, recordedAt, data } = event
  const type = TicketEventType.parse(event.type)
  return { seq, type, actor, occurredAt, recordedAt, ...(why !== undefined && { why }), data: publishedFacts(data) }
}
