import { createSaga, SagaFields, updateSaga } from '../../../tables/sagas.ts'
import { advanceFence, StepKey } from '../../../tables/step-keys.ts'
import { at, atMs, ids, later, tenant, ticketRef } from '../example.ts'
import { correlationId, earlierVersions, indexKey, person, tenantNote, traceparent } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const sagaId = '6f1ed002ab5595859014ebf0951522d9'
const whileParked = 'unless it is parked'

const saga = rowKind({
  name: 'saga',
  table: 'Sagas',
  key: { pk: 'TENANT#{tenant}#SAGA#{sagaId}', sk: 'SAGA' },
  is: 'one saga: what it does, where it is, and each attempt',
  life: 'mutable',
  changed:
    'only its current execution, until it has ended; commands of operators; the reconciler, which gives it its next generation',
  deleted: 'never',
  unique: 'its id, derived from event and recipient, or from ticket and file; the start must find no row',
  schema: SagaFields,
  notes: {
    id: 'the saga',
    tenant: 'its tenant',
    name: 'which saga it is',
    definition: {
      meaning: 'version of the definition that it runs under',
      changes: 'at its first task, and with a generation',
    },
    generation: {
      meaning: 'number of its execution; only the newest may write',
      changes: 'when an execution was lost, or is not to be waited for, by 1',
    },
    state: { meaning: 'where it stands', changes: 'with its tasks' },
    input: { meaning: 'by saga, see the [contracts](#contracts-of-stored-json)', personal: 'id' },
    aggregate: 'the aggregate whose event started it',
    eventId: 'that event',
    recipient: { ...person('the person or the webhook it tells'), absent: 'on sagas that tell nobody' },
    requestedBy: {
      ...person('who asked for what it does'),
      absent: `on sagas that only tell, and ${earlierVersions}`,
    },
    correlationId,
    traceparent,
    startedAt: 'when its row was written',
    endedAt: { meaning: 'when it ended', changes: 'at its end', absent: 'until then' },
    reason: {
      meaning: 'why it compensates, or what it gave up; our own words',
      changes: 'when that is known',
      absent: 'when all goes well',
    },
    task: { meaning: 'the task that runs', changes: 'with each task', absent: 'between tasks' },
    parking: {
      meaning: 'why and since when it waits for an operator, with the task token',
      personal: 'secret',
      changes: 'when it is parked and when it goes on',
      absent: whileParked,
    },
    resumption: {
      meaning: 'the parking that an operator has resumed',
      changes: 'with a resume, until the execution goes on',
      absent: 'at all other times',
    },
    held: {
      meaning: 'the dependency whose release it waits for, and since when, with the task token',
      personal: 'secret',
      changes: 'when it begins to wait and when it goes on',
      absent: 'while it does not wait',
    },
    parkedTurn: {
      meaning: 'the turn in which it was last parked, or began to wait for a release: no earlier one may write',
      changes: 'then',
      absent: 'when it never was, and in a new generation',
    },
    version: { meaning: 'number of its events: commands of operators', changes: 'with each, by 1' },
    eventHash: {
      meaning: 'hash of the newest of them',
      changes: 'with each',
      absent: `without one, and ${earlierVersions}`,
    },
    touchedAt: { meaning: 'when it was last written', changes: 'with each write', absent: 'before the first task' },
  },
  stored: {
    aggregatePk: indexKey('TENANT#{tenant}#{TYPE}#{id}'),
    startedSk: indexKey('{startedAt}#{id}'),
    livePk: indexKey('TENANT#{tenant}#LIVE', { changes: 'removed at its end', absent: 'once it has ended' }),
    parkingId: {
      type: 'text',
      meaning: '`parking.id`, for the condition of a resume',
      changes: 'as `parking`; a resume removes it',
      absent: whileParked,
    },
  },
  families: [
    {
      name: 't_{number}_{id}',
      names: /^t_\d{3}_\w+$/,
      type: '{ `step`; `action`; `startedAt`; `endedAt`; `outcome`; `error`? }',
      meaning: 'one attempt of a step, each an attribute of its own so that none overwrites another',
      changes: 'added with each attempt; past 200, the last one is replaced',
    },
  ],
  example: () => [
    createSaga({
      id: sagaId,
      tenant,
      name: 'notification',
      definition: '1f2e3d4c5b6a7980',
      input: { type: 'ticket.opened', ticketId: ids.ticket, seq: 1, occurredAt: at, recipient: 'carla' },
      aggregate: ticketRef,
      eventId: ids.event,
      recipient: 'carla',
      correlationId: ids.correlation,
      startedAt: at,
    }),
    updateSaga({ tenant, id: sagaId, generation: 1 }, later, {
      state: 'completed',
      endedAt: later,
      attempt: { step: 'notice', action: 'do', startedAt: at, endedAt: later, outcome: 'done' },
      slot: { number: 0, id: ids.token },
    }),
  ],
})

const stepRef = { tenant, sagaId, step: 'notice' }

const fence = rowKind({
  name: 'fence',
  table: 'StepKeys',
  key: { pk: 'TENANT#{tenant}#SAGA#{sagaId}', sk: 'STEP#{step}' },
  is: 'whether one step of one saga has taken effect, or may',
  life: 'mutable',
  changed:
    'only its saga’s current execution, in the transaction of the effect; if it is still in the state that was read',
  deleted: 'by TTL, 120 days after its saga has ended; its saga says what happened',
  unique: 'saga and step; the first write must find no row',
  schema: StepKey,
  notes: {
    state: { meaning: 'which may follow which is a table', changes: 'with a do or an undo' },
    wait: {
      meaning: 'the callback that the step waits for: task token, generation, attempt',
      personal: 'secret',
      changes: 'with each retry of the wait',
      absent: 'unless it waits',
    },
    result: {
      meaning: 'what the step did, for its undo and the steps after it; see the [contracts](#contracts-of-stored-json)',
      changes: 'with `done`; removed by an undo',
      absent: 'unless `done`',
    },
    refusal: {
      meaning: 'why its outside call was refused, in our own words',
      changes: 'with `tombstone`',
      absent: `unless that closed it, and ${earlierVersions}`,
    },
  },
  stored: {
    tenant: tenantNote,
    sagaId: { type: 'text', meaning: 'its saga' },
    step: { type: 'text', meaning: 'the step' },
    at: { type: 'time (ISO 8601, UTC)', meaning: 'when it was last written', changes: 'with each write' },
    expiresAt: {
      type: 'whole number',
      meaning: 'epoch seconds; the TTL',
      changes: 'when its saga ends',
      absent: 'until then: no fence of a live saga expires',
    },
  },
  example: () => [
    advanceFence(
      stepRef,
      'absent',
      { state: 'done', result: { noticeId: `20260301T120000000Z-${sagaId}` } },
      { atMs, endsSaga: false },
    ),
  ],
})

export const sagaKinds = [saga, fence]
