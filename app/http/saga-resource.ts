import * as z from 'zod'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { Attempt, type SagaRecord, sagaStates } from '../../tables/sagas.ts'

const AttemptResource = z
  .strictObject({
    ...Attempt.shape,
    attempt: z.int().positive().meta({ description: "Counts the attempts of this step's do or undo, from 1." }),
    correlationId: z.string(),
  })
  .meta({ id: 'SagaAttempt', description: "One attempt of a step's do or undo." })

/** A saga with its state and its timeline, which holds every attempt so far. */
export const SagaResource = z
  .strictObject({
    id: ResourceId,
    name: z.string(),
    definition: z.string().meta({
      description:
        'The version of the definition that it runs under: sagas with the same one have the same steps, in the same order.',
    }),
    state: z.enum(sagaStates),
    reason: z.string().optional().meta({
      description:
        'Why the saga is parked, or why it is being or was compensated. On a completed saga: the effect that it gave up.',
    }),
    generation: z.int().positive().meta({
      description: 'The number of its execution. A request to run the saga now must name it.',
    }),
    parkingId: z
      .string()
      .optional()
      .meta({ description: 'Identifies the current parking. A request to resume the saga must name it.' }),
    heldFor: z.string().optional().meta({
      description: 'The held dependency whose release the saga waits for: `mail`, `scanner` or `webhook:` and a name.',
    }),
    ticketId: ResourceId.optional(),
    eventId: ResourceId,
    recipient: UserId.optional().meta({
      description: 'The id of the user, or the name of the webhook, that the saga notifies.',
    }),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().optional(),
    correlationId: z.string(),
    steps: z.array(AttemptResource),
  })
  .meta({
    id: 'Saga',
    description:
      'A distributed transaction that an event started: its steps either all take effect or are compensated.',
  })

/** A saga in the operator's list: where it is, without the other attempts of its timeline. */
export const SagaSummary = SagaResource.omit({ steps: true, endedAt: true, definition: true })
  .extend({
    attempts: z.int().nonnegative().meta({ description: 'How many attempts its timeline has.' }),
    lastAttempt: z
      .strictObject({ ...Attempt.shape, error: z.string().optional().meta({ description: "The error's name." }) })
      .optional(),
  })
  .meta({ id: 'SagaSummary', description: 'A saga that has not ended, with its last attempt.' })

export function toSagaSummary(saga: SagaRecord): z.infer<typeof SagaSummary> {
  const { steps: _, endedAt: __, definition: ___, ...summary } = toSagaResource(saga, { toCustomer: false })
  const last = saga.timeline.at(-1)
  return { ...summary, attempts: saga.timeline.length, ...(last && { lastAttempt: withErrorName(last) }) }
}

function withErrorName({ error, ...attempt }: Attempt) {
  return { ...attempt, ...(error && { error: error.name }) }
}

/** Customers don't see the parking, or what is held: that is for the operator who resumes or releases. */
export function toSagaResource(
  saga: SagaRecord,
  { toCustomer }: { toCustomer: boolean },
): z.infer<typeof SagaResource> {
  const { id, name, definition, state, generation, aggregate, eventId, recipient, startedAt, endedAt, correlationId } =
    saga
  const parking = state === 'parked' && !toCustomer ? saga.parking : undefined
  const reason = parking?.reason ?? saga.reason
  return {
    id,
    name,
    definition,
    state,
    generation,
    ...(reason !== undefined && { reason }),
    ...(parking && { parkingId: parking.id }),
    ...(saga.held && !toCustomer && { heldFor: saga.held.dependency }),
    ...(aggregate.type === 'ticket' && { ticketId: aggregate.id }),
    eventId,
    ...(recipient !== undefined && { recipient }),
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    correlationId,
    steps: numbered(saga.timeline).map((attempt) => ({ ...attempt, correlationId })),
  }
}

/** Numbers the attempts of each step's do and undo. */
function numbered(timeline: readonly Attempt[]): (Attempt & { attempt: number })[] {
  const counts = new Map<string, number>()
  return timeline.map((entry) => {
    const phase = `${entry.action} ${entry.step}`
    const attempt = (counts.get(phase) ?? 0) + 1
    counts.set(phase, attempt)
    return { ...entry, attempt }
  })
}
