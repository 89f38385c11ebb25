import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'
import { SlaPolicyRevision } from '../../domain/sla-policy.ts'
import { isKept, judgeSla, type TargetJudgement } from '../../domain/ticket-sla.ts'
import { measures, type TicketTimes } from '../../domain/ticket-times.ts'

export const SlaPolicyResource = SlaPolicyRevision.meta({
  id: 'SlaPolicy',
  description:
    'A promise of the tenant: how much business time may pass until a ticket is first answered and resolved. It holds for tickets opened from `validFrom` on and before `validTo` (effective time). `revision` is the version of the policies that this change made.',
})

const time = z.iso.datetime()

const Target = z
  .strictObject({
    state: z.enum(['met', 'missed', 'pending']),
    targetMinutes: z.int(),
    dueAt: time.meta({ description: 'When the target has passed, in business hours from the opening.' }),
    doneAt: time.optional().meta({ description: 'Event time: when it happened.' }),
    elapsedMs: z.int().meta({
      description: 'Business time from the opening until it was done, or until `asKnownAt` while it is not done.',
    }),
  })
  .meta({ id: 'SlaTarget', description: 'One target of a policy, and how a ticket stands to it.' })

export const TicketSlaResource = z
  .strictObject({
    ticketId: ResourceId,
    asKnownAt: time.meta({
      description:
        'Record time of the snapshot: what was recorded later, such as a late comment or a correction, is left out.',
    }),
    timeZone: z.string().nullable().meta({ description: 'In which business hours are counted.' }),
    measures: z
      .strictObject({ firstAnswer: z.string(), resolution: z.string() })
      .meta({ description: 'What is measured.' }),
    policy: SlaPolicyResource.nullable().meta({
      description: 'The policy that held when the ticket was opened, in its revision of that time; null when none did.',
    }),
    isKept: z.boolean().nullable().meta({ description: 'Null while it is open, and without a policy.' }),
    firstAnswer: Target.nullable(),
    resolution: Target.nullable(),
  })
  .meta({ id: 'TicketSla', description: 'Whether a ticket was served as the SLA policy promised that held then.' })

/** The judgement of a ticket by its policy, with what it was judged by. */
export function toTicketSla(
  ticketId: string,
  asKnownAt: string,
  times: TicketTimes,
  policy: z.infer<typeof SlaPolicyRevision> | undefined,
): z.infer<typeof TicketSlaResource> {
  const judgement = policy && judgeSla(policy, times, asKnownAt)
  return {
    ticketId,
    asKnownAt,
    timeZone: policy?.timeZone ?? null,
    measures,
    policy: policy ?? null,
    isKept: (judgement && isKept(judgement)) ?? null,
    firstAnswer: toTarget(judgement?.firstAnswer),
    resolution: toTarget(judgement?.resolution),
  }
}

function toTarget(judgement: TargetJudgement | undefined): z.infer<typeof Target> | null {
  return judgement ?? null
}
