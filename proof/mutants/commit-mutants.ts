import type { Mutant } from './mutant.ts'

/** Mistakes in how one decision becomes one transaction. */

export const noRequestKey: Mutant = {
  name: 'no-request-key',
  description: 'The transaction writes ticket, event and outbox row, but no request key.',
  edits: [{ file: 'tables/commit.ts', find: '    writes.push(putRequestKey(key, record, nowMs))\n', replace: '' }],
}

export const requestKeyAfterCommit: Mutant = {
  name: 'request-key-after-commit',
  description: 'The request key is written by a separate call after the transaction.',
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

export const noFingerprintCheck: Mutant = {
  name: 'no-fingerprint-check',
  description: 'A known key is answered from its stored answer, without comparing the request.',
  edits: [
    {
      file: 'app/judge-command.ts',
      find: "  if (fingerprint !== expectedFingerprint) return { status: 'keyReused' }\n",
      replace: '',
    },
    {
      file: 'tables/commit.ts',
      find: "return record.fingerprint === fingerprint ? replayOf(record) : { status: 'keyReused' }",
      replace: 'return replayOf(record)',
    },
  ],
}

export const rejectedDuplicateFreesKey: Mutant = {
  name: 'rejected-duplicate-frees-key',
  description:
    'A request that is refused because its key belongs to another one tidies up, and the key counts as expired.',
  edits: [
    {
      file: 'app/judge-command.ts',
      find: '  if (earlier) return earlier\n',
      replace: `  if (earlier && request) {
    const { table, key } = requestKeyRow(command.key)
    await store.write({ kind: 'put', table, row: { ...key, ...request, tenant: command.tenant, expiresAt: 0 } })
    return earlier
  }
`,
    },
  ],
}

export const requestKeyWithoutTenant: Mutant = {
  name: 'request-key-without-tenant',
  description: 'Request keys are stored without the tenant, so all tenants share them.',
  edits: [
    {
      file: 'tables/request-keys.ts',
      find: "tenantKey(tenant, 'REQUEST', operation, key)",
      replace: "tenantKey('all', 'REQUEST', operation, key)",
    },
  ],
}

export const lastWriteWins: Mutant = {
  name: 'last-write-wins',
  description: 'Rows are written without a condition on the version, or on absence for new rows.',
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
  description: 'The transaction writes the event but no outbox row, so nothing remembers that it must be sent.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: 'return [...writes, appendEvent(event), putIntoOutbox(event)]',
      replace: 'return [...writes, appendEvent(event)]',
    },
  ],
}

export const eventAfterCommit: Mutant = {
  name: 'event-after-commit',
  description: 'Event and outbox row are written after the transaction, in a second one.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: 'return [...writes, appendEvent(event), putIntoOutbox(event)]',
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

export const noPreviousHash: Mutant = {
  name: 'no-previous-hash',
  description: 'Each event has a hash of its own, and none says which event came before it.',
  edits: [
    {
      file: 'domain/event-chain.ts',
      find: '...(prevHash !== undefined && { prevHash })',
      replace: "...(prevHash === '' && { prevHash })",
    },
  ],
}

export const oldHashInHeader: Mutant = {
  name: 'old-hash-in-header',
  description: 'The header keeps the hash of the event before the newest one.',
  edits: [
    {
      file: 'domain/decision.ts',
      find: '{ hash: eventHash }: Chained',
      replace: '{ prevHash: eventHash }: Chained',
    },
  ],
}

export const noClockSkewMargin: Mutant = {
  name: 'no-clock-skew-margin',
  description: 'A request key expires after exactly 24 hours by the clock of the machine that reads it.',
  edits: [
    {
      file: 'tables/request-keys.ts',
      find: 'const clockMarginSeconds = clockSkewMsMax / 1000',
      replace: 'const clockMarginSeconds = 0',
    },
  ],
}

export const unconditionalRequestKey: Mutant = {
  name: 'unconditional-request-key',
  description:
    'The request key is looked up first, and then written without a condition: whoever looked before the first write, writes too.',
  edits: [
    {
      file: 'tables/request-keys.ts',
      find: "return { kind: 'put', table, row, when: { any: [absent, { attribute: 'expiresAt', below: nowSeconds }] } }",
      replace: "return { kind: 'put', table, row }",
    },
    // Keeps the race open: without the pause, copies that start late find the key of the first.
    {
      file: 'app/judge-command.ts',
      find: '  if (earlier) return earlier\n',
      replace: '  if (earlier) return earlier\n  await new Promise((resolve) => setTimeout(resolve, 3_000))\n',
    },
  ],
}

export const lostAnswerIsAFailure: Mutant = {
  name: 'lost-answer-is-a-failure',
  description:
    'When the answer of the database is lost, nothing is sent again, and the caller is told that the write has failed.',
  edits: [
    {
      file: 'tables/commit.ts',
      find: "  if (first.status !== 'unknown') return first\n",
      replace: '  if (first) return first\n',
    },
    {
      file: 'tables/commit.ts',
      find: 'return resolveUnknownOutcome(store, decision, { token, nowMs }, outcome.cause)',
      replace: "return { status: 'unknown', cause: outcome.cause }",
    },
    { file: 'app/http/write-endpoint.ts', find: "'outcome-unknown'", replace: "'version-mismatch'" },
  ],
}

export const fingerprintWithoutActor: Mutant = {
  name: 'fingerprint-without-actor',
  description: 'The fingerprint of a request covers its path and payload, but not who sent it.',
  edits: [
    {
      file: 'app/http/write-endpoint.ts',
      find: 'fingerprint: fingerprint(operation, parsedParams, actor.id, payload)',
      replace: "fingerprint: fingerprint(operation, parsedParams, '', payload)",
    },
  ],
}

export const correctWhateverIsThere: Mutant = {
  name: 'correct-whatever-is-there',
  description: 'A correction is made although another event has set the fact since.',
  edits: [
    { file: 'domain/correct-ticket.ts', find: 'if (cause?.seq !== corrects.seq)', replace: 'if (corrects.seq < 1)' },
  ],
}

export const notifyOfCorrections: Mutant = {
  name: 'notify-of-corrections',
  description: 'Everybody concerned is notified of a correction, although nobody asked for that.',
  edits: [{ file: 'domain/recipients.ts', find: 'return data.notify === true', replace: 'return true' }],
}

export const commitMutants: readonly Mutant[] = [
  noRequestKey,
  requestKeyAfterCommit,
  unconditionalRequestKey,
  lostAnswerIsAFailure,
  noFingerprintCheck,
  fingerprintWithoutActor,
  rejectedDuplicateFreesKey,
  requestKeyWithoutTenant,
  lastWriteWins,
  noOutboxRow,
  eventAfterCommit,
  noClockSkewMargin,
  noPreviousHash,
  oldHashInHeader,
  correctWhateverIsThere,
  notifyOfCorrections,
]
