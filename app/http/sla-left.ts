import * as z from 'zod'
import { minuteMs } from '../../domain/durations.ts'
import type { SlaPolicy } from '../../domain/sla-policy.ts'
import { judgeSla, type TargetJudgement } from '../../domain/ticket-sla.ts'
import type { TicketTimes } from '../../domain/ticket-times.ts'

const TargetLeft = z.strictObject({
  state: z.enum(['met', 'missed', 'pending']),
  dueAt: z.iso.datetime(),
  leftMs: z
    .int()
    .nullable()
    .meta({ description: 'Business time that is left now; negative when it is overdue, null when it was done.' }),
})

/** How much time the SLA leaves for a ticket that is being worked on. */
export const SlaLeft = z.strictObject({ firstAnswer: TargetLeft, resolution: TargetLeft }).meta({
  id: 'SlaLeft',
  description:
    'The time left by the policy that held when the ticket was opened, counted when it is read, in its business hours.',
})

/** What a policy leaves of its targets at a time (ISO 8601, UTC). */
export function toSlaLeft(policy: SlaPolicy, times: TicketTimes, at: string): z.infer<typeof SlaLeft> {
  const { firstAnswer, resolution } = judgeSla(policy, times, at)
  return { firstAnswer: toTargetLeft(firstAnswer), resolution: toTargetLeft(resolution) }
}

function toTargetLeft({ state, dueAt, doneAt, targetMinutes, elapsedMs }: TargetJudgement): z.infer<typeof TargetLeft> {
  return { state, dueAt, leftMs: doneAt === undefined ? targetMinutes * minuteMs - elapsedMs : null }
}
