import type { Mutant } from './mutant.ts'

/** Mistakes between the outbox and what a consumer stores. */

export const fireAndForget: Mutant = {
  name: 'fire-and-forget',
  description:
    'The relay sends each event once, and deletes its outbox row without looking at the answer of the queue.',
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
  description:
    'A consumer applies every message, without reading its checkpoint or making it a condition of its write.',
  edits: [
    {
      file: 'app/consume/consume-message.ts',
      find: 'let checkpoint = await readAppliedCheckpoint(deps, consumer, message, options.deadlineMs)',
      replace:
        'let checkpoint = { ...(await readAppliedCheckpoint(deps, consumer, message, options.deadlineMs)), appliedSeq: seq - 1 }',
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
  description: 'A consumer applies whatever event arrives as the next one, and reads no event that it missed.',
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
  description: 'An event that cannot be applied is logged and acknowledged, and the ticket is not marked as blocked.',
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
  description:
    'The consumer that unassigns the tickets of deactivated users acknowledges every event and does nothing.',
  edits: [
    {
      file: 'app/consumers/unassign-tickets.ts',
      find: 'handle: (event, { deadlineMs, position }) => unassignAfter({ store, runtime, deadlineMs, event }, position),',
      replace: 'handle: async () => [],',
    },
  ],
}

export const noSweeper: Mutant = {
  name: 'no-sweeper',
  description: 'The relay is trusted: nothing publishes the outbox rows that it has left.',
  edits: [
    {
      file: 'functions/sweep-outbox/sweep-outbox.ts',
      find: 'const { published } = await publisher.publish(events)',
      replace: 'const published = 0',
    },
  ],
}

export const noUnconfirmedRow: Mutant = {
  name: 'no-unconfirmed-row',
  description: 'An event counts as delivered as soon as every queue has accepted it.',
  edits: [
    {
      file: 'app/publish/publisher.ts',
      find: '      await store.write(putUnconfirmed(event, new Date(runtime.now()).toISOString()))\n',
      replace: '',
    },
  ],
}

export const confirmWithoutLooking: Mutant = {
  name: 'confirm-without-looking',
  description:
    'Published events are confirmed when they are old enough, whether their subscribers have handled them or not.',
  edits: [
    {
      file: 'functions/reconcile-consumers/confirm-events.ts',
      find: 'if (await hasSeen(deps, consumer, unconfirmed)) return\n',
      replace: 'if (consumer) return\n',
    },
    {
      file: 'functions/reconcile-consumers/confirm-events.ts',
      find: "  if (aggregate.type !== 'ticket' && aggregate.type !== 'resumption') return\n",
      replace: '  if (aggregate) return\n',
    },
  ],
}

export const passOverPoisonEvents: Mutant = {
  name: 'pass-over-poison-events',
  description: 'A consumer passes over an event that cannot be applied, and goes on with the next one.',
  edits: [
    {
      file: 'app/consume/catch-up.ts',
      find: '      const blocked = await blockAggregate(deps, consumer, checkpoint, targetSeq, deadlineMs)\n',
      replace: `      const passing = { ...consumer, handle: async () => [] }
      checkpoint = await applyEvent(deps, passing, checkpoint, await events.read(seq, targetSeq), deadlineMs)
      continue
      const blocked = checkpoint
`,
    },
  ],
}

export const randomSagaId: Mutant = {
  name: 'random-saga-id',
  description: 'A saga gets a random id, so an event that is delivered twice starts it twice.',
  edits: [
    {
      file: 'sagas/start-saga.ts',
      find: 'JSON.stringify([saga.name, tenant, eventId, recipient ?? null])',
      replace: 'JSON.stringify([saga.name, tenant, eventId, recipient ?? null, Math.random()])',
    },
  ],
}

export const statsWithoutTenant: Mutant = {
  name: 'stats-without-tenant',
  description: 'The counts of all tenants are kept in the same rows.',
  edits: [
    {
      file: 'tables/views.ts',
      find: 'return generation === 1 ? tenantKey(tenant, name)',
      replace: "return generation === 1 ? tenantKey('all', name)",
    },
  ],
}

export const unassignBehindTheWritePath: Mutant = {
  name: 'unassign-behind-the-write-path',
  description: 'The consumer that unassigns tickets changes their headers directly, without an event.',
  edits: [
    {
      file: 'app/consumers/unassign-tickets.ts',
      find: "import { Retries } from '../../tables/retries.ts'\n",
      replace:
        "import { Retries } from '../../tables/retries.ts'\nimport { putTicket } from '../../tables/tickets.ts'\n",
    },
    {
      file: 'app/consumers/unassign-tickets.ts',
      find: '  const result = await executeSystemCommand(store, runtime, {\n',
      replace: `  const { assignee: _, ...unassigned } = ticket
  await store.write({ ...putTicket(tenant, unassigned), when: { row: 'present' } })
  return
  const result = await executeSystemCommand(store, runtime, {
`,
    },
  ],
}

export const firstGenerationOnly: Mutant = {
  name: 'first-generation-only',
  description: 'The consumer maintains the first generation of each read model, and no other.',
  edits: [
    {
      file: 'app/consumers/project-views.ts',
      find: 'const followers = maintainedGenerations(catalog).filter(({ view }) =>\n',
      replace:
        'const followers = maintainedGenerations(catalog).filter(({ generation }) => generation === 1).filter(({ view }) =>\n',
    },
  ],
}

export const countWithoutLeaving: Mutant = {
  name: 'count-without-leaving',
  description: 'The projection of the counts adds a ticket to its new status, and leaves it in the old one.',
  edits: [{ file: 'domain/ticket-stats.ts', find: '    counts[from]--\n', replace: '' }],
}

export const answerAtOnce: Mutant = {
  name: 'answer-at-once',
  description: 'A read model answers with what it has, whichever write the client asked it to reflect.',
  edits: [
    {
      file: 'app/http/view-endpoint.ts',
      find: '      await waitFor({ consistentWith, ticket }, { caller, view, store, deps })\n',
      replace: '',
    },
  ],
}

export const deliveryMutants: readonly Mutant[] = [
  fireAndForget,
  noSweeper,
  noUnconfirmedRow,
  confirmWithoutLooking,
  noCheckpoint,
  trustDeliveryOrder,
  dropPoisonEvents,
  passOverPoisonEvents,
  randomSagaId,
  statsWithoutTenant,
  deactivateWithoutUnassigning,
  unassignBehindTheWritePath,
  firstGenerationOnly,
  countWithoutLeaving,
  answerAtOnce,
]
