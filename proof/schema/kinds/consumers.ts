import { advanceCheckpoint, Checkpoint, initialCheckpoint, replaceCheckpoint } from '../../../tables/checkpoints.ts'
import { putStages, StoredStages } from '../../../tables/migrations.ts'
import { appendRun, RunEntry } from '../../../tables/runs.ts'
import { putStackHold, StoredStackHold } from '../../../tables/stack-hold.ts'
import { putSweepPosition, SweepPosition } from '../../../tables/sweep-positions.ts'
import { ids, tenant, ticketRef } from '../example.ts'
import { aggregate, indexKey } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const whileBlocked = 'unless the aggregate is blocked'
const initial = initialCheckpoint('project-views', tenant, ticketRef)

const checkpoint = rowKind({
  name: 'checkpoint',
  table: 'Receipts',
  key: { pk: 'TENANT#{tenant}#{TYPE}#{id}', sk: 'CONSUMER#{consumer}' },
  is: 'how far one consumer has come with one aggregate',
  life: 'mutable',
  changed: 'its consumer, in the transaction of the effect; if it has not changed since it was read',
  deleted: 'never: a message may be redriven long after',
  unique: 'consumer and aggregate: the key',
  schema: Checkpoint,
  notes: {
    consumer: 'the consumer',
    tenant: 'its tenant',
    aggregate,
    appliedSeq: { says: 'all events up to this number are applied', changes: 'with each event, by 1' },
    position: {
      says: 'how far it is with the next event, whose effect it applies in portions',
      changes: 'with each portion',
      absent: 'before the first portion and after the last',
    },
    blockedAt: {
      says: 'number of the event that cannot be applied: `appliedSeq` + 1',
      changes: 'when it blocks or has caught up',
      absent: whileBlocked,
    },
    highestSeen: {
      says: 'up to where it must catch up',
      changes: 'with each event that arrives while it is blocked',
      absent: whileBlocked,
    },
  },
  stored: {
    blockedPk: indexKey('TENANT#{tenant}#BLOCKED', { changes: 'as `blockedAt`', absent: whileBlocked }),
    blockedSk: indexKey('TENANT#{tenant}#{TYPE}#{id}', { changes: 'as `blockedAt`', absent: whileBlocked }),
  },
  example: () => [replaceCheckpoint(initial, advanceCheckpoint(initial))],
})

const sweepPosition = rowKind({
  name: 'sweep position',
  table: 'SweepPositions',
  key: { pk: 'SWEEP#{sweep}' },
  is: 'how far one sweep has come; of no tenant',
  life: 'mutable',
  changed: 'its sweep, if its revision is still the one that was read',
  deleted: 'never',
  unique: 'the sweep: the key',
  schema: SweepPosition,
  notes: {
    after: {
      says: 'behind which object or row the next round begins',
      personal: 'id',
      changes: 'with each part of a round',
      absent: 'when it begins at the beginning',
    },
    isRunning: { says: 'whether a round runs or was cut off', changes: 'with each part of a round' },
    revision: { says: 'names the write that stored it', changes: 'with each write' },
  },
  example: () => [putSweepPosition('sweep-outbox', { isRunning: false, revision: ids.token }, undefined)],
})

const ofMoves = 'on all entries but `moved`'
const ofChanges = 'on all entries but `moved`, `held` and `released`'
const ofDrift = 'on entries about no drift'

const run = rowKind({
  name: 'entry of a run',
  table: 'Runs',
  key: { pk: 'RUNS#{task}', sk: '{startedAt}#{runId}#{number}' },
  is: 'one step of a run of maintenance: that it has begun, what it found and healed, that it has ended; of no tenant',
  life: 'append-only',
  changed: 'nobody',
  deleted: 'never: it is evidence',
  unique: 'run and number of the entry: the key',
  schema: RunEntry,
  notes: {
    task: 'what runs, such as `reconcile`',
    runId: 'the run',
    at: 'when the entry was written',
    step: 'which step it is',
    by: { says: 'who began it', absent: 'on all entries but `begun`' },
    handledUpTo: {
      says: 'every event recorded before was handled by all subscribers when the run began',
      absent: 'on all entries but `begun`, and of runs that handle no past events',
    },
    kind: { says: 'kind of drift', absent: ofDrift },
    subject: { says: 'what has drifted; a person by hash only', absent: ofDrift },
    problem: { says: 'how it disagrees', absent: 'on all entries but `found`' },
    since: { says: 'since when', absent: 'on all entries but `found`, and where stored data does not tell' },
    next: { says: 'that the run heals it, or what a person does', absent: 'on all entries but `found`' },
    record: {
      says: 'key of the restore record, which says what was lost',
      absent: 'on all entries but `restored`',
    },
    how: { says: 'what was done', absent: 'on all entries but `healed`' },
    why: { says: 'why it was not healed', absent: 'on all entries but `not healed`' },
    action: { says: 'what was done', absent: ofMoves },
    operator: { says: 'who did it', absent: ofChanges },
    from: { says: 'stage before', absent: ofMoves },
    to: { says: 'stage since', absent: ofMoves },
    reason: { says: 'why', absent: 'on all entries but `held` and `moved`, and where nobody gave a reason' },
    revision: {
      says: 'number of the change of the hold on everything',
      absent: 'on all entries but `held` and `released`',
    },
    status: { says: 'how it ended', absent: 'on all entries but `ended`' },
    handled: { says: 'rows or aggregates that were looked at', absent: 'on all entries but `ended`' },
    counts: {
      says: 'by kind of drift: how many were found, healed, handed over',
      absent: 'on all entries but `ended`',
    },
  },
  example: () => {
    const begun: RunEntry = {
      task: 'reconcile',
      runId: ids.token,
      at: '2026-03-01T12:00:00.000Z',
      step: 'begun',
      by: 'schedule',
    }
    return [appendRun(begun, begun.at, 1)]
  },
})

const migrationStages = rowKind({
  name: 'migration stages',
  table: 'Tickets',
  key: { pk: 'MIGRATIONS', sk: 'STAGES' },
  is: 'at which stage each migration of stored rows stands: the only row of its kind, of no tenant. Without it, none has begun',
  life: 'mutable',
  changed:
    '`npm run migrate`, with an entry of `Runs` in one transaction; if its revision is still the one that was read',
  deleted: 'never',
  unique: 'the key',
  schema: StoredStages,
  notes: {
    revision: { says: 'number of its changes', changes: 'with each change, by 1' },
    changeId: { says: 'the last change: the run in `Runs`', changes: 'with each change' },
    migrations: {
      says: 'by name: stage, furthest stage, who moved it when, from when it holds everywhere, and why it is halted',
      changes: 'when a migration is moved, halted or resumed',
      personal: 'id',
    },
  },
  example: () => {
    const moved = { by: 'ada', at: '2026-03-01T12:00:00.000Z' }
    const state = { stage: 'deploy', reached: 'deploy', moved, settledAt: '2026-03-01T12:00:26.000Z' } as const
    return [putStages({ revision: 1, changeId: ids.token, migrations: { 'priority-scale': state } })]
  },
})

const stackHold = rowKind({
  name: 'hold on everything',
  table: 'Tickets',
  key: { pk: 'HOLDS', sk: 'EVERYTHING' },
  is: 'whether everything is held, of all tenants: no saga begins a call outside. The only row of its kind, of no tenant. Without it, nobody has ever held everything',
  life: 'mutable',
  changed: '`npm run hold`, with an entry of `Runs` in one transaction; if its revision is still the one that was read',
  deleted: 'never; without a hold when everything is released',
  unique: 'the key',
  schema: StoredStackHold,
  notes: {
    revision: { says: 'number of its changes', changes: 'with each change, by 1' },
    changeId: { says: 'the last change: the run in `Runs`', changes: 'with each change' },
    hold: {
      says: 'since when, by which operator and why',
      changes: 'when everything is held or released',
      personal: 'text',
      absent: 'while everything is released',
    },
  },
  example: () => {
    const hold = { since: '2026-03-01T12:00:00.000Z', by: 'ada', reason: 'The mail service sends everything twice.' }
    return [putStackHold({ revision: 1, changeId: ids.token, hold })]
  },
})

export const consumerKinds = [checkpoint, sweepPosition, run, migrationStages, stackHold]
