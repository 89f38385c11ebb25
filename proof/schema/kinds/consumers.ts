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
    appliedSeq: { meaning: 'all events up to this number are applied', changes: 'with each event, by 1' },
    position: {
      meaning: 'how far it is with the next event, whose effect it applies in portions',
      changes: 'with each portion',
      absent: 'before the first portion and after the last',
    },
    blockedAt: {
      meaning: 'number of the event that cannot be applied: `appliedSeq` + 1',
      changes: 'when it blocks or has caught up',
      absent: whileBlocked,
    },
    highestSeen: {
      meaning: 'up to where it must catch up',
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
      meaning: 'behind which object or row the next round begins',
      personal: 'id',
      changes: 'with each part of a round',
      absent: 'when it begins at the beginning',
    },
    isRunning: { meaning: 'whether a round runs or was cut off', changes: 'with each part of a round' },
    revision: { meaning: 'names the write that stored it', changes: 'with each write' },
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
    by: { meaning: 'who began it', absent: 'on all entries but `begun`' },
    handledUpTo: {
      meaning: 'every event recorded before was handled by all subscribers when the run began',
      absent: 'on all entries but `begun`, and of runs that handle no past events',
    },
    kind: { meaning: 'kind of drift', absent: ofDrift },
    subject: { meaning: 'what has drifted; a person by hash only', absent: ofDrift },
    problem: { meaning: 'how it disagrees', absent: 'on all entries but `found`' },
    since: { meaning: 'since when', absent: 'on all entries but `found`, and where stored data does not tell' },
    next: { meaning: 'that the run heals it, or what a person does', absent: 'on all entries but `found`' },
    record: {
      meaning: 'key of the restore record, which says what was lost',
      absent: 'on all entries but `restored`',
    },
    how: { meaning: 'what was done', absent: 'on all entries but `healed`' },
    why: { meaning: 'why it was not healed', absent: 'on all entries but `not healed`' },
    action: { meaning: 'what was done', absent: ofMoves },
    operator: { meaning: 'who did it', absent: ofChanges },
    from: { meaning: 'stage before', absent: ofMoves },
    to: { meaning: 'stage since', absent: ofMoves },
    reason: { meaning: 'why', absent: 'on all entries but `held` and `moved`, and where nobody gave a reason' },
    revision: {
      meaning: 'number of the change of the hold on everything',
      absent: 'on all entries but `held` and `released`',
    },
    status: { meaning: 'how it ended', absent: 'on all entries but `ended`' },
    handled: { meaning: 'rows or aggregates that were looked at', absent: 'on all entries but `ended`' },
    counts: {
      meaning: 'by kind of drift: how many were found, healed, handed over',
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
    revision: { meaning: 'number of its changes', changes: 'with each change, by 1' },
    changeId: { meaning: 'the last change: the run in `Runs`', changes: 'with each change' },
    migrations: {
      meaning: 'by name: stage, furthest stage, who moved it when, from when it holds everywhere, and why it is halted',
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
    revision: { meaning: 'number of its changes', changes: 'with each change, by 1' },
    changeId: { meaning: 'the last change: the run in `Runs`', changes: 'with each change' },
    hold: {
      meaning: 'since when, by which operator and why',
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
