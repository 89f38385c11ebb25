import * as z from 'zod'
import { DomainEvent } from '../../../domain/event.ts'
import { appendEvent } from '../../../tables/events.ts'
import { putIntoOutbox } from '../../../tables/outbox.ts'
import { putRequestKey, RequestRecord } from '../../../tables/request-keys.ts'
import { putUnconfirmed, UnconfirmedEvent } from '../../../tables/unconfirmed.ts'
import { at, atMs, ids, later, opened, tenant } from '../example.ts'
import { aggregate, correlationId, person, tenantNote, traceparent } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const aggregateKey = 'TENANT#{tenant}#{TYPE}#{id}'

const event = rowKind({
  name: 'event',
  table: 'Events',
  key: { pk: aggregateKey, sk: '{seq}' },
  is: 'one committed command: who did what, when',
  life: 'append-only',
  changed: 'nothing: no role may, and whoever does it all the same is noticed',
  deleted:
    'never; `npm run archive` moves it to the archive bucket when its ticket is closed and quiet, as no role of the app may',
  unique: 'its number, in its aggregate; it must find no row',
  schema: DomainEvent,
  notes: {
    id: 'the event',
    tenant: 'its tenant',
    aggregate,
    seq: 'its number: the aggregate’s version after it',
    actor: person('who did it; `steadfast:system` for reactions of the system'),
    occurredAt: 'when it happened: when the request was received, or the earlier time that it claims',
    receivedAt: { meaning: 'when the request was received', absent: 'where that is `occurredAt`' },
    recordedAt: 'when the transaction was built',
    correlationId,
    traceparent,
    requestKeyHash: {
      meaning: 'SHA-256 of the request key’s partition key: which request it was, without its key',
      absent: 'where no request was made',
    },
    dataVersion: { meaning: 'version of `data`', absent: 'for the first version' },
    prevHash: { meaning: 'hash of the event before it', absent: 'where the chain begins' },
    hash: { meaning: 'hash of all of it', absent: 'on events of earlier versions' },
    type: 'what happened, in the past tense',
    data: {
      meaning: 'facts and references, no words of people',
      type: 'by `type`: [contracts](#data-of-events-by-type)',
      personal: 'id',
    },
  },
  example: () => [appendEvent(opened)],
})

const outbox = rowKind({
  name: 'outbox row',
  table: 'Outbox',
  key: { pk: aggregateKey, sk: '{seq}' },
  is: 'one event that not every queue has accepted',
  life: 'queue',
  changed: 'nothing',
  deleted: 'once every queue has accepted the event; never by TTL',
  unique: 'the event; it must find no row',
  schema: z.object({ event: DomainEvent }),
  notes: { event: { meaning: 'the event, as in `Events`', type: 'an [event](#events)', personal: 'id' } },
  example: () => [putIntoOutbox(opened)],
})

const unconfirmed = rowKind({
  name: 'unconfirmed event',
  table: 'Unconfirmed',
  key: { pk: aggregateKey, sk: '{seq}' },
  is: 'one event that every queue has accepted, and that not every subscriber is known to have handled',
  life: 'queue',
  changed: 'a repeated publication replaces it',
  deleted: 'once every subscriber has handled it; never by TTL',
  unique: 'the event: the key',
  schema: UnconfirmedEvent,
  notes: {
    tenant: 'its tenant',
    aggregate,
    seq: 'number of the event',
    publishedAt: { meaning: 'when the queues had accepted it', changes: 'when it is published again' },
    hash: { meaning: 'hash of the event, for the digests', absent: 'on events and rows of earlier versions' },
  },
  example: () => [putUnconfirmed(opened, later)],
})

const requestKey = rowKind({
  name: 'request key',
  table: 'RequestKeys',
  key: { pk: 'TENANT#{tenant}#REQUEST#{operation}#{key…}' },
  is: 'one committed request and its answer, by tenant, operation and Idempotency-Key',
  life: 'append-only',
  changed: 'nothing; when it has expired, another request under the same key replaces it',
  deleted: 'by TTL after 24 hours and a margin for clocks; the event keeps the hash of its key',
  unique: 'tenant, operation and key; it must find none, or an expired one',
  schema: RequestRecord,
  notes: {
    fingerprint: 'SHA-256 of path, actor and payload: tells a duplicate from another request',
    token: 'the transaction that wrote it, so that a writer knows its own after a lost answer',
    answer: {
      meaning: 'status, headers and exact text of the first answer, see the [contracts](#contracts-of-stored-json)',
      personal: 'secret',
    },
    actor: person('who made the request'),
    aggregate: { meaning: 'partition key of the aggregate', personal: 'id' },
    seq: { meaning: 'number of the request’s event', absent: 'when the request changed nothing or made no event' },
    correlationId: { meaning: correlationId, absent: 'on rows of earlier versions' },
    createdAt: 'when the transaction was built',
    expiresAt: 'epoch seconds; the TTL',
  },
  stored: { tenant: tenantNote },
  example: () => [
    putRequestKey(
      { tenant, operation: 'POST /tickets', key: '8e03978e-40d5-43dd-bc93-6894a57f9324' },
      {
        fingerprint: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        token: ids.token,
        answer: {
          status: 201,
          headers: { 'Content-Type': 'application/json', ETag: '"1"', Location: `/tickets/${ids.ticket}` },
          body: `{"id":"${ids.ticket}",…}`,
        },
        actor: 'carla',
        aggregate: `TENANT#${tenant}#TICKET#${ids.ticket}`,
        seq: 1,
        correlationId: ids.correlation,
        createdAt: at,
      },
      atMs,
    ),
  ],
})

export const historyKinds = [event, outbox, unconfirmed, requestKey]
