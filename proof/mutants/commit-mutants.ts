import type { Mutant } from './mutant.ts'

/** Bugs in how one decision becomes one transaction. */

export const noRequestKey: Mutant = {
  name: 'no-request-key',
  says: 'No request key is written: a transaction holds ticket, event and outbox row only.',
  edits: [{ file: 'tables/commit.ts', find: '    writes.push(putRequestKey(key, record, nowMs))\n', replace: '' }],
}

export const keyAfterCommit: Mutant = {
  name: 'key-after-commit',
  says: 'The request key is written after the transaction, by a call of its own, instead of in it.',
  edits: [
    { file: 'tables/commit.ts', find: '    writes.push(putRequestKey(key, record, nowMs))\n', replace: '' },
    {
      file: 'tables/commit.ts',
      find: "    case 'committed':\n      return { status: 'committed' }",
      replace: `    case 'committed': {
      const { request, event } = decision
      if (request) {
        const { key, fingerprint, answer, actor, aggregate } = request
        const createdAt = new Date(nowMs).toISOString()
        const record = { fingerprint, token, answer, actor, aggregate, ...(event && { seq: event.seq }), createdAt }
        await store.write(putRequestKey(key, record, nowMs))
      }
      return { status: 'committed' }
    }`,
    },
  ],
}

export const noFingerprint: Mutant = {
  name: 'no-fingerprint',
  says: 'Whoever comes with a key that is known gets its answer: nobody compares what was asked.',
  edits: [
    {
      file: 'app/execute-command.ts',
      find: "  if (fingerprint !== expectedFingerprint) return { status: 'keyReused' }\n",
      replace: '',
    },
    {
      file: 'tables/commit.ts',
      find: "return record.fingerprint === fingerprint ? { status: 'replayed', answer: record.answer } : { status: 'keyReused' }",
      replace: "return { status: 'replayed', answer: record.answer }",
    },
  ],
}

export const sharedRequestKeys: Mutant = {
  name: 'shared-request-keys',
  says: 'A request key is kept without its tenant: everybody shares one set of keys.',
  edits: [
    {
      file: 'tables/request-keys.ts',
      find: "tenantKey(tenant, 'REQUEST', operation, key)",
      replace: "tenantKey('all', 'REQUEST', operation, key)",
    },
  ],
}

export const noVersionCondition: Mutant = {
  name: 'no-version-condition',
  says: 'Rows are written whatever is there by now: without the condition on the version, or on absence for what is new.',
  edits: [
    {
      file: 'tables/tickets.ts',
      find: "return { kind: 'put', table, row, when: isNextVersion(ticket.version) }",
      replace: "return { kind: 'put', table, row }",
    },
    {
      file: 'tables/tickets.ts',
      find: "const row = { ...messageKey(tenant, message.ticketId, message.seq), ...message, tenant }\n  return { kind: 'put', table, row, when: absent }",
      replace:
        "const row = { ...messageKey(tenant, message.ticketId, message.seq), ...message, tenant }\n  return { kind: 'put', table, row }",
    },
    { file: 'tables/events.ts', find: '...event }, when: absent }', replace: '...event } }' },
    { file: 'tables/outbox.ts', find: 'event }, when: absent }', replace: 'event } }' },
  ],
}

export const noOutboxRow: Mutant = {
  name: 'no-outbox-row',
  says: 'The transaction holds no outbox row: the event is committed, and nothing remembers that it has to be sent.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: 'return event ? [...writes, appendEvent(event), putIntoOutbox(event)] : writes',
      replace: 'return event ? [...writes, appendEvent(event)] : writes',
    },
  ],
}

export const eventAfterCommit: Mutant = {
  name: 'event-after-commit',
  says: 'Event and outbox row are written after the transaction, in one of their own.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: 'return event ? [...writes, appendEvent(event), putIntoOutbox(event)] : writes',
      replace: 'return writes',
    },
    {
      file: 'tables/commit.ts',
      find: "    case 'committed':\n      return { status: 'committed' }",
      replace: `    case 'committed': {
      const { event } = decision
      if (event) await store.transactWrite([appendEvent(event), putIntoOutbox(event)], runtime.newId())
      return { status: 'committed' }
    }`,
    },
  ],
}

export const noClockMargin: Mutant = {
  name: 'no-clock-margin',
  says: 'A request key is kept for its day to the second, by the clock of whoever asks.',
  edits: [
    {
      file: 'tables/request-keys.ts',
      find: 'const clockSkewSecondsMax = 600',
      replace: 'const clockSkewSecondsMax = 0',
    },
  ],
}

export const commitMutants: readonly Mutant[] = [
  noRequestKey,
  keyAfterCommit,
  noFingerprint,
  sharedRequestKeys,
  noVersionCondition,
  noOutboxRow,
  eventAfterCommit,
  noClockMargin,
]
