import * as z from 'zod'
import { type DomainEvent, eventData } from '../../domain/event.ts'
import { UserId } from '../../domain/ids.ts'
import { Reason } from '../../domain/text.ts'

const types = Object.keys(eventData) as [DomainEvent['type'], ...DomainEvent['type'][]]

/** One entry of a history as callers see it. `why` is the reason in words, where the change asked for one. */
export const EventResource = z
  .strictObject({
    seq: z.int().positive(),
    type: z.enum(types),
    actor: UserId.meta({ description: '`steadfast:system` for what the system did by itself.' }),
    occurredAt: z.iso.datetime().meta({ description: 'When the request came in.' }),
    recordedAt: z.iso.datetime().meta({ description: 'When it was stored.' }),
    why: Reason.optional(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'Facts of this type of event.' }),
  })
  .meta({ id: 'Event', description: 'What happened once: `seq` is the version that it led to.' })

export function eventResource(event: DomainEvent, why: string | undefined): z.infer<typeof EventResource> {
  const { seq, type, actor, occurredAt, recordedAt, data } = event
  return { seq, type, actor, occurredAt, recordedAt, ...(why !== undefined && { why }), data }
}
