import type { Mutant } from './mutant.ts'

/** Mistakes between the outbox and what a consumer stores. */

export const fireAndForget: Mutant = {
  name: 'fire-and-forget',
  says: 'The relay sends each event once, and deletes its outbox row without looking at the answer of the queue.',
  edits: [
    { file: 'app/publish/ordered-sender.ts', find: 'const triesMax = 3', replace: 'const triesMax = 1' },
    {
      file: 'app/publish/publisher.ts',
      find: 'sendings.every(({ subscriber, acceptedIds }) => acceptedIds.has(event.id) || !isSubscribedTo(subscriber, event))',
      replace: 'sendings.length > 0 && event.id',
    },
  ],
}

export const noCheckpoint: Mutant = {
  name: 'no-checkpoint',
  says: 'A consumer applies every message, without reading its checkpoint or making it a condition of its write.',
  edits: [
    {
      file: 'app/consume/consume-message.ts',
      find: 'let checkpoint = await readCheckpoint(deps, consumer, message)',
      replace: 'let checkpoint = { ...(await readCheckpoint(deps, consumer, message)), appliedSeq: seq - 1 }',
    },
    {
      file: 'tables/checkpoints.ts',
      find: "return { kind: 'put', table, row, when: unchanged(before) }",
      replace: "return { kind: 'put', table, row }",
    },
  ],
}

export const trustDeliveryOrder: Mutant = {
  name: 'trust-delivery-order',
  says: 'A consumer applies whatever event arrives as the next one, and reads no event that it missed.',
  edits: [
    {
      file: 'app/consume/missed-events.ts',
      find: 'this.#delivered?.seq === seq ? this.#delivered.event() : undefined',
      replace: 'this.#delivered?.event()',
    },
  ],
}

export const dropPoisonEvents: Mutant = {
  name: 'drop-poison-events',
  says: 'An event that cannot be applied is logged and acknowledged, and the ticket is not marked as blocked.',
  edits: [
    {
      file: 'app/consume/catch-up.ts',
      find: 'const blocked = await blockAggregate(deps, consumer, checkpoint, targetSeq, deadlineMs)',
      replace: 'const blocked = checkpoint',
    },
    {
      file: 'app/consume/consume-batch.ts',
      find: "if (outcome === 'failed' || outcome === 'poison') failedMessageIds.push(record.messageId)",
      replace: "if (outcome === 'failed') failedMessageIds.push(record.messageId)",
    },
  ],
}

export const deactivateWithoutUnassigning: Mutant = {
  name: 'deactivate-without-unassigning',
  says: 'The consumer that unassigns the tickets of deactivated users acknowledges every event and does nothing.',
  edits: [
    {
      file: 'app/consumers/unassign-tickets.ts',
      find: 'handle: (event, { deadlineMs, position }) => unassignAfter({ store, runtime, deadlineMs, event }, position),',
      replace: 'handle: async () => [],',
    },
  ],
}

export const deliveryMutants: readonly Mutant[] = [
  fireAndForget,
  noCheckpoint,
  trustDeliveryOrder,
  dropPoisonEvents,
  deactivateWithoutUnassigning,
]
