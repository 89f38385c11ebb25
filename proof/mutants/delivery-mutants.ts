import type { Mutant } from './mutant.ts'

/** Bugs between the outbox and what a consumer keeps. */

export const sendAndForget: Mutant = {
  name: 'send-and-forget',
  says: 'The relay sends each event once, and deletes its outbox row whatever the queue has said.',
  edits: [
    { file: 'app/publish/ordered-sender.ts', find: 'const triesMax = 3', replace: 'const triesMax = 1' },
    {
      file: 'app/publish/publisher.ts',
      find: 'answers.every(({ subscriber, accepted }) => accepted.has(event.id) || !isSubscribedTo(subscriber, event))',
      replace: 'answers.length > 0 && event.id',
    },
  ],
}

export const noCheckpoint: Mutant = {
  name: 'no-checkpoint',
  says: 'A consumer neither looks at its checkpoint nor makes it a condition: it applies each message that it is given.',
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

export const noSequenceCheck: Mutant = {
  name: 'no-sequence-check',
  says: 'A consumer takes what a message brings for the next event, whatever its number, and reads nothing that it missed.',
  edits: [
    {
      file: 'app/consume/missed-events.ts',
      find: 'this.#delivered?.seq === seq ? this.#delivered.event() : undefined',
      replace: 'this.#delivered?.event()',
    },
  ],
}

export const poisonIsDropped: Mutant = {
  name: 'poison-is-dropped',
  says: 'An event that can’t be applied is logged and acknowledged: no checkpoint says that the ticket is blocked.',
  edits: [
    {
      file: 'app/consume/catch-up.ts',
      find: 'const blocked = await block(deps, consumer, checkpoint, goal, deadlineMs)',
      replace: 'const blocked = checkpoint',
    },
    {
      file: 'app/consume/consume-batch.ts',
      find: "if (outcome === 'failed' || outcome === 'poison') failed.push(record.messageId)",
      replace: "if (outcome === 'failed') failed.push(record.messageId)",
    },
  ],
}

export const nobodyUnassigns: Mutant = {
  name: 'nobody-unassigns',
  says: 'The consumer that takes tickets from those who left acknowledges every event and does nothing.',
  edits: [{ file: 'app/consumers/unassign-tickets.ts', find: '      await heal(event)\n', replace: '' }],
}

export const deliveryMutants: readonly Mutant[] = [
  sendAndForget,
  noCheckpoint,
  noSequenceCheck,
  poisonIsDropped,
  nobodyUnassigns,
]
