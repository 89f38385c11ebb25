/** A state that stored data must not get into. */
export interface BadState {
  state: string
  /** What makes it impossible; undefined where nothing does. */
  prevented?: string
  /** What finds it; undefined where nothing does. */
  detected?: string
  /** Titles of tests that try to bring it about, and their files. */
  tests: readonly (readonly [title: string, file: string])[]
}

const corruptions = 'test/proof/corruptions'

/** Bad states in the order of the tables. One that is neither prevented nor detected says so. */
export const badStates: readonly BadState[] = [
  {
    state: 'a ticket of a user who was deleted',
    prevented: 'no user row is ever deleted, and no function may: a person is deactivated',
    detected: 'invariant 1',
    tests: [
      ['keeps the row, with the status deactivated', 'test/domain/deactivate-user.unit.ts'],
      ['an unknown assignee', `${corruptions}/tickets.ts`],
    ],
  },
  {
    state: 'a ticket that a deactivated user works on',
    prevented: 'an assignment is refused; one that crosses the deactivation is taken back by its event',
    detected: 'invariant 28',
    tests: [
      [
        'is unassigned from a ticket whose assignment was decided before the deactivation and committed after it',
        'test/relay/unassign-tickets.unit.ts',
      ],
      ['a ticket that stays assigned to a deactivated user', `${corruptions}/tenants.ts`],
    ],
  },
  {
    state: 'a comment without its ticket',
    prevented: 'the message and the next version of the header are one transaction',
    detected: 'invariant 1',
    tests: [['a comment without its ticket', `${corruptions}/tickets.ts`]],
  },
  {
    state: 'a status that does not exist, or that could not follow',
    prevented: 'every write is a decision by the transition table; the header is parsed when it is read',
    detected: 'invariant 1',
    tests: [
      ['an unknown status', `${corruptions}/tickets.ts`],
      ['a transition that is not allowed', `${corruptions}/tickets.ts`],
    ],
  },
  {
    state: 'two users with one e-mail address',
    prevented: 'a row per address, which must be absent, in the transaction that gives it away',
    detected: 'invariant 1',
    tests: [['two users with one e-mail address', `${corruptions}/tickets.ts`]],
  },
  {
    state: 'a change without its event, or an event without its change',
    prevented: 'both are one transaction',
    detected: 'invariants 3 and 5',
    tests: [
      ['a version without its event', `${corruptions}/tickets.ts`],
      ['events without their aggregate', `${corruptions}/tickets.ts`],
    ],
  },
  {
    state: 'a lost update',
    prevented: 'a header is replaced only over the version that was read',
    detected: 'invariant 2',
    tests: [['lets exactly one of 50 concurrent writers succeed', 'test/promises/concurrency.unit.ts']],
  },
  {
    state: 'history that was edited',
    prevented: 'no role may; not against an administrator',
    detected: 'an alarm at once; invariant 29, by hash chains and digests under S3 Object Lock',
    tests: [
      [
        'let nobody change or remove an event, by any action: history is append-only',
        'test/infra/least-privilege.unit.ts',
      ],
      ['an event that was edited, with its whole chain and header recomputed', `${corruptions}/history.ts`],
    ],
  },
  {
    state: 'an event that never reaches a subscriber',
    prevented:
      'its outbox row stays until every queue has it, and its unconfirmed row until every subscriber has handled it',
    detected: 'invariant 6, and alarms on age',
    tests: [['an event that a consumer never applied', `${corruptions}/delivery.ts`]],
  },
  {
    state: 'a stale or wrong read model',
    prevented: 'it is changed with the checkpoint in one transaction; its answer says how far it is',
    detected: 'invariants 7 and 23; alarms on the age of messages',
    tests: [
      ['a read model that counts events which were not applied', `${corruptions}/delivery.ts`],
      ['a read model that lacks events which were applied, and does not say so', `${corruptions}/delivery.ts`],
      ['is read only after the switch, and can be taken back without loss', 'test/views/rebuild.unit.ts'],
    ],
  },
  {
    state: 'one request with two effects',
    prevented: 'its request key, absent or expired, is in the transaction',
    detected: 'invariants 9 and 13',
    tests: [['two effects of one request', `${corruptions}/idempotency.ts`]],
  },
  {
    state: 'a saga step that takes effect after it was undone',
    prevented: 'the fence, in one transaction with the effect',
    detected: 'invariant 17',
    tests: [['a do after its undo', `${corruptions}/sagas.ts`]],
  },
  {
    state: 'a file without its object, or an object without its file',
    prevented: 'the pivot comes after the copy, the deletion after the pivot; sweeps remove late copies',
    detected: 'invariants 20 and 21',
    tests: [
      ['a ready attachment without its object', `${corruptions}/attachments.ts`],
      ['an object without an attachment', `${corruptions}/attachments.ts`],
    ],
  },
  {
    state: 'a counter that differs from what it counts',
    prevented: 'each reservation and release is in a transaction with its fence or request',
    detected: 'invariants 15, 21 and 30',
    tests: [
      ['a byte counter that differs from the reservations', `${corruptions}/attachments.ts`],
      ['a send counter that differs from the reservations', `${corruptions}/sagas.ts`],
    ],
  },
  {
    state: 'a row of one tenant under the key of another',
    prevented: 'no key can be built without a tenant, and none comes from a client',
    detected: 'invariant 26',
    tests: [
      ['a row stored under another tenant', `${corruptions}/tenants.ts`],
      ['of a table or an index never leads to rows of two tenants', 'test/http/twin-tenants.unit.ts'],
    ],
  },
  {
    state: 'a row or an attribute that nobody knows',
    prevented: 'not: DynamoDB stores any attribute',
    detected: '`npm run check -- --schema`, which holds every row to this page',
    tests: [
      [
        'is of exactly one kind, with its attributes and no others, after work of every kind',
        'test/schema/rows.unit.ts',
      ],
      [
        'is stored as docs/schema.md says: rows of known kinds, with their attributes and no others',
        'test/e2e/main-job.e2e.ts',
      ],
    ],
  },
  {
    state: 'code before its data was changed, or data of a later version before its code',
    prevented:
      'no deployment rewrites rows: a new attribute is optional when it is read, and one of a later version is ignored and kept for events; there is no version gate',
    detected: 'rows of all earlier versions are kept and must parse and work',
    tests: [
      ['still has the hash that was recorded: no later version may compute another', 'test/tables/stored-rows.unit.ts'],
      [
        'loses no request and no event, and every saga ends with the steps that it began with',
        'test/upgrades/embedded.long.ts',
      ],
    ],
  },
  {
    state: 'a deployment that replaces or deletes a table',
    prevented: 'it is refused before anything changes, unless each resource is named',
    tests: [
      [
        'is refused with one line per resource, which says what is lost and how to go on',
        'test/infra/replacement-guard.int.ts',
      ],
    ],
  },
  {
    state: 'a backup that was never restored',
    prevented: '`npm run drill:restore` restores one with each release',
    detected: 'invariant 25, in what was restored',
    tests: [
      [
        'holds every invariant after the repair, within the targets, and sends no mail twice (%s)',
        'test/e2e/restore.long.ts',
      ],
      [
        'can be restored to any second of the last 35 days, so that a bad write or deployment loses nothing',
        'test/infra/stored-data.unit.ts',
      ],
    ],
  },
]
