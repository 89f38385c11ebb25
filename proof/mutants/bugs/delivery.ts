import type { PlantedBug } from '../planted-bug.ts'

/** Bugs between the outbox and what a consumer keeps. */

export const sendAndForget: PlantedBug = {
  name: 'send-and-forget',
  says: 'The relay sends each event once, and deletes its outbox row whatever the queue has said.',
  edits: [
    { file: 'functions/publish/send-in-order.ts', find: 'const triesMax = 3', replace: 'const triesMax = 1' },
    {
      file: 'functions/publish/publisher.ts',
      find: 'answers.every(({ subscriber, accepted }) => accepted.has(event.id) || !wants(subscriber, event))',
      replace: 'answers.length > 0 && event.id',
    },
  ],
}

export const noReceipt: PlantedBug = {
  name: 'no-receipt',
  says: 'A consumer neither looks at its receipt nor makes it a condition: it applies each message that it is given.',
  edits: [
    {
      file: 'functions/consume/take.ts',
      find: 'let receipt = await readReceipt(consuming, consumer, message)',
      replace: 'let receipt = { ...(await readReceipt(consuming, consumer, message)), appliedSeq: seq - 1 }',
    },
    {
      file: 'tables/receipts.ts',
      find: "return { kind: 'put', table, row, when: unchanged(before) }",
      replace: "return { kind: 'put', table, row }",
    },
  ],
}

export const noSequenceCheck: PlantedBug = {
  name: 'no-sequence-check',
  says: 'A consumer takes what a message brings for the next event, whatever its number, and reads nothing that it missed.',
  edits: [
    {
      file: 'functions/consume/missed-events.ts',
      find: 'this.#brought?.seq === seq ? this.#brought.event() : undefined',
      replace: 'this.#brought?.event()',
    },
  ],
}

export const poisonIsDropped: PlantedBug = {
  name: 'poison-is-dropped',
  says: 'An event that can’t be applied is logged and acknowledged: no receipt says that the ticket is blocked.',
  edits: [
    {
      file: 'functions/consume/catch-up.ts',
      find: 'const held = await hold(consuming, consumer, receipt, goal, untilMs)',
      replace: 'const held = receipt',
    },
    {
      file: 'functions/consume/consume-batch.ts',
      find: "if (outcome === 'failed' || outcome === 'poison') failed.push(record.messageId)",
      replace: "if (outcome === 'failed') failed.push(record.messageId)",
    },
  ],
}

export const nobodyUnassigns: PlantedBug = {
  name: 'nobody-unassigns',
  says: 'The consumer that takes tickets from those who left acknowledges every event and does nothing.',
  edits: [{ file: 'functions/unassign-tickets/unassign-tickets.ts', find: '      await heal(event)\n', replace: '' }],
}
