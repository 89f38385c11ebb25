import { Redrive } from '../../../domain/redrive.ts'
import { Resumption } from '../../../domain/resumption.ts'
import { putRedrive } from '../../../tables/redrives.ts'
import { putResumption } from '../../../tables/resumptions.ts'
import { at, ids, tenant, ticketRef } from '../example.ts'
import { eventHash, person, tenantNote, version } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const inItsTransactions = 'in the transaction of what it counts, or with the part of the list that it is of'

const resumption = rowKind({
  name: 'resumption',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#RESUMPTION#{resumptionId}', sk: 'RESUMPTION' },
  is: 'many parked sagas that an operator resumes: which, and how far that has come',
  life: 'mutable',
  changed: 'each saga that it resumes adds to its count; each part of the list, if no other copy has recorded it',
  deleted: 'never',
  unique: 'its id, generated with the request; it must find no row',
  schema: Resumption,
  notes: {
    id: 'the resumption',
    filter: 'which sagas: by name, step, error and start, all of them identifiers or times',
    requestedBy: person('who asked for it'),
    requestedAt: 'when; what parked later is left alone',
    resumed: { meaning: 'sagas that it has resumed', changes: inItsTransactions },
    refused: { meaning: 'sagas that had moved on', changes: inItsTransactions },
    failed: { meaning: 'sagas that can’t be read', changes: inItsTransactions },
    after: {
      meaning: 'the saga up to which the list was gone through: id and start',
      changes: 'with each part',
      absent: 'before the first',
    },
    finishedAt: { meaning: 'when the end of the list was reached', changes: 'then', absent: 'until then' },
    version,
    eventHash,
  },
  stored: { tenant: tenantNote },
  example: () => [
    putResumption(tenant, {
      id: ids.token,
      filter: { name: 'notification' },
      requestedBy: 'ada',
      requestedAt: at,
      resumed: 0,
      refused: 0,
      failed: 0,
      version: 1,
    }),
  ],
})

const redrive = rowKind({
  name: 'redrive',
  table: 'Tickets',
  key: { pk: 'TENANT#{tenant}#REDRIVE#{redriveId}', sk: 'REDRIVE' },
  is: 'one request of an operator that a consumer try again where it is blocked',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'never',
  unique: 'its id, generated with the request; it must find no row',
  schema: Redrive,
  notes: {
    id: 'the redrive',
    consumer: 'the consumer',
    aggregate: 'the aggregate that is blocked there: type and id',
    blockedAt: 'number of the event that could not be applied',
    requestedBy: person('who asked for it'),
    requestedAt: 'when',
    version: 'number of its events: 1',
    eventHash: { meaning: 'hash of that event', absent: 'never' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putRedrive(tenant, {
      id: ids.token,
      consumer: 'project-views',
      aggregate: ticketRef,
      blockedAt: 2,
      requestedBy: 'ada',
      requestedAt: at,
      version: 1,
    }),
  ],
})

export const operationKinds = [resumption, redrive]
