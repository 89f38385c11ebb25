import { advanceCheckpoint, Checkpoint, initialCheckpoint, replaceCheckpoint } from '../../../tables/checkpoints.ts'
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

export const consumerKinds = [checkpoint, sweepPosition]
