import * as z from 'zod'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { Attempt, type SagaRecord, sagaStates } from '../../tables/sagas.ts'

const AttemptResource = z
  .strictObject({
    ...Attempt.shape,
    attempt: z.int().positive().meta({ description: "Counts the attempts of this step's do or undo." }),
    correlationId: z.string(),
  })
  .meta({ id: 'SagaAttempt', description: "One attempt of a step's do or undo." })

/** A saga as callers see it: state, why it ended or waits, and each attempt so far. */
export const SagaResource = z
  .strictObject({
    id: ResourceId,
    name: z.string(),
    state: z.enum(sagaStates),
    reason: z.string().optional().meta({
      description: 'Why it is parked, or is or was compensated; what it gave up, if it is completed with a reason.',
    }),
    parkingId: z.string().optional().meta({ description: 'Names the parking that a resume must name.' }),
    ticketId: ResourceId.optional(),
    eventId: ResourceId,
    recipient: UserId.optional().meta({ description: 'Who is told: a user, or the endpoint of that name.' }),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    correlationId: z.string(),
    steps: z.array(AttemptResource),
  })
  .meta({ id: 'Saga', description: 'What an event started: a chain of steps that is completed, or undone.' })

/** Customers are not told where and why a saga is parked: that is for who resumes it. */
export function sagaResource(saga: SagaRecord, { toCustomer }: { toCustomer: boolean }): z.infer<typeof SagaResource> {
  const { id, name, state, aggregate, eventId, recipient, startedAt, endedAt, correlationId } = saga
  const parking = state === 'parked' && !toCustomer ? saga.parking : undefined
  const reason = parking?.reason ?? saga.reason
  return {
    id,
    name,
    state,
    ...(reason !== undefined && { reason }),
    ...(parking && { parkingId: parking.id }),
    ...(aggregate.type === 'ticket' && { ticketId: aggregate.id }),
    eventId,
    ...(recipient !== undefined && { recipient }),
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    correlationId,
    steps: numbered(saga.timeline).map((attempt) => ({ ...attempt, correlationId })),
  }
}

function numbered(timeline: readonly Attempt[]): (Attempt & { attempt: number })[] {
  const counts = new Map<string, number>()
  return timeline.map((each) => {
    const kind = `${each.action} ${each.step}`
    const attempt = (counts.get(kind) ?? 0) + 1
    counts.set(kind, attempt)
    return { ...each, attempt }
  })
}
