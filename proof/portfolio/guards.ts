/** A line of the code that keeps an invariant: without it, stored data could break it. */
export interface Guard {
  /** The path from the root of the repository. */
  file: string
  /** Text that the file contains exactly once. */
  code: string
}

/** The guards of each invariant, by its number in docs/invariants.md; the first is the one that matters most. */
export const guards: Readonly<Record<number, readonly Guard[]>> = {
  1: [
    { file: 'domain/change-status.ts', code: 'if (!isTransitionAllowed(ticket.status, to))' },
    { file: 'domain/correct-ticket.ts', code: 'if (cause?.seq !== corrects.seq)' },
    { file: 'tables/users.ts', code: '...emailKey(tenant, email), userId, tenant }, when: absent' },
  ],
  2: [{ file: 'tables/version.ts', code: "version === 1 ? absent : { attribute: 'version', equals: version - 1 }" }],
  3: [{ file: 'tables/commit.ts', code: 'return [...writes, appendEvent(event), putIntoOutbox(event)]' }],
  4: [{ file: 'domain/changeable-ticket.ts', code: "if (ticket.status === 'closed')" }],
  5: [
    { file: 'tables/events.ts', code: '...keyOf(event.tenant, event.aggregate, event.seq), ...event }, when: absent' },
  ],
  6: [
    { file: 'tables/outbox.ts', code: '...keyOf(event), event }, when: absent' },
    { file: 'app/publish/publisher.ts', code: 'acceptedIds.has(event.id) || !isSubscribedTo(subscriber, event)' },
    {
      file: 'functions/reconcile-consumers/confirm-events.ts',
      code: 'if (await hasSeen(deps, consumer, unconfirmed)) return',
    },
  ],
  7: [
    { file: 'tables/checkpoints.ts', code: "return { kind: 'put', table, row, when: unchanged(before) }" },
    { file: 'app/consume/missed-events.ts', code: 'this.#delivered?.seq === seq' },
  ],
  8: [{ file: 'tables/commit.ts', code: 'writes.push(putRequestKey(key, record, nowMs))' }],
  9: [
    { file: 'tables/request-keys.ts', code: "when: { any: [absent, { attribute: 'expiresAt', below: nowSeconds }] }" },
  ],
  10: [
    { file: 'tables/commit.ts', code: 'record.fingerprint === fingerprint ? replayOf(record)' },
    { file: 'tables/request-keys.ts', code: 'const clockMarginSeconds = clockSkewMsMax / 1000' },
  ],
  11: [
    {
      file: 'app/judge-command.ts',
      code: "if (fingerprint !== expectedFingerprint) return { status: 'keyReused' }",
    },
    { file: 'app/http/write-endpoint.ts', code: 'fingerprint(operation, parsedParams, actor.id, payload)' },
  ],
  12: [
    {
      file: 'tables/commit.ts',
      code: 'return resolveUnknownOutcome(store, decision, { token, nowMs }, outcome.cause)',
    },
    { file: 'app/http/write-endpoint.ts', code: "'outcome-unknown'" },
  ],
  13: [{ file: 'tables/request-keys.ts', code: 'retentionHours * 3600 + clockMarginSeconds,' }],
  14: [{ file: 'sagas/park-saga.ts', code: "await run.update({ state: 'parked', parking, task: 'ended'" }],
  15: [{ file: 'tables/step-keys.ts', code: "return { kind: 'put', table, row, when }" }],
  16: [{ file: 'sagas/resolve-pivot.ts', code: "fence: { state: 'tombstone' }, saga: beginCompensation()" }],
  17: [{ file: 'sagas/decide-do.ts', code: "if (fence.state === 'undone' || fence.state === 'tombstone')" }],
  18: [{ file: 'sagas/phases.ts', code: "steps.filter(({ kind }) => kind === 'compensatable').toReversed()" }],
  19: [
    { file: 'sagas/start-saga.ts', code: 'JSON.stringify([saga.name, tenant, eventId, recipient ?? null])' },
    { file: 'tables/sagas.ts', code: "{ attribute: 'generation', equals: generation }," },
  ],
  20: [
    { file: 'sagas/attachment/inspect.ts', code: "scanned.verdict === 'clean'" },
    { file: 'sagas/attachment/promote.ts', code: 'from: quarantineKey(refOf(context)), to, etag,' },
  ],
  21: [
    {
      file: 'sagas/attachment/quota.ts',
      code: 'const released = result ? [releaseBytes(saga.tenant, result.bytes)] : []',
    },
  ],
  22: [
    { file: 'tables/notices.ts', code: "return { kind: 'put', table, row, when: absent }" },
    { file: 'sagas/notification/mail.ts', code: 'const mail = { id, tenant,' },
  ],
  23: [{ file: 'tables/projections.ts', code: "return { kind: 'put', table, row, when: unchanged(read) }" }],
  24: [
    {
      file: 'commands/backfill.ts',
      code: 'starts or wakes sagas, which send mails and call webhooks: its past is not fed',
    },
  ],
  25: [{ file: 'app/restore/repair.ts', code: 'await digests.putOnce(key, Buffer.from(text))' }],
  26: [{ file: 'tables/keys.ts', code: "if (!tenant) throw new Error('a key needs a tenant')" }],
  28: [
    {
      file: 'app/consumers/unassign-tickets.ts',
      code: 'const { ticket, assignee } = await requireSnapshot(store, new Retries(runtime, deadlineMs), reads)',
    },
    { file: 'app/consumers/unassign-tickets.ts', code: "case 'user.deactivated':" },
  ],
  29: [
    { file: 'domain/event-chain.ts', code: '...(prevHash !== undefined && { prevHash })' },
    { file: 'domain/decision.ts', code: '{ hash: eventHash }: Chained' },
  ],
  30: [{ file: 'tables/attachment-quota.ts', code: "when: { any: [{ row: 'absent' }, hasRoom] }" }],
  31: [
    {
      file: 'app/http/view-endpoint.ts',
      code: 'await waitFor({ consistentWith, ticket }, { caller, view, store, deps })',
    },
  ],
  32: [
    { file: 'tables/saga-commands.ts', code: "{ attribute: 'parkingId', equals: parkingId }" },
    { file: 'app/advance-resumption.ts', code: 'changes: [...decision.changes, counted]' },
  ],
  33: [
    {
      file: 'sagas/check-hold.ts',
      code: 'const why = heldBy(dependency, read.rows)',
    },
    {
      file: 'sagas/resolve-pivot.ts',
      code: "if (wasHeld(run, error) && run.fence(pivot).state !== 'tombstone') return 'held'",
    },
  ],
}
