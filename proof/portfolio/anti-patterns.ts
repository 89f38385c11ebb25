import type { Risk } from './risk.ts'

/** The known anti-patterns of distributed systems, each with what shows that it is not here, or why it is. */
export const antiPatterns: readonly Risk[] = [
  {
    name: 'dual write',
    harm: 'a change without its message, or a message about nothing',
    here: 'the outbox row is in the transaction of the change; queues are written from it ([ADR 4](../adr/0004-outbox-beside-events-and-a-sweeper.md))',
    tests: [
      ['stores request key, changed rows, event and outbox row in one transaction', 'test/tables/commit.unit.ts'],
      ['keeps its outbox row until every queue has accepted it', 'test/relay/relay.unit.ts'],
    ],
    scenario: 'magic-event-bus',
  },
  {
    name: 'idempotency beside the effect',
    harm: 'a crash between record and effect makes a retry act twice, or never',
    here: 'the request key is in the transaction of the effect ([ADR 2](../adr/0002-one-transaction-is-the-idempotency-layer.md))',
    tests: [['takes effect once, and both responses have the same bytes: %s', 'test/promises/idempotency.unit.ts']],
    scenario: 'idempotency-beside-the-effect',
  },
  {
    name: 'premature CQRS',
    harm: 'readers miss their own writes, for a view that answers what the truth could',
    here: 'lists are read from indexes of the truth; a read model only where no key answers ([ADR 35](../adr/0035-where-a-read-model-earns-its-place.md))',
    tests: [
      ['is a few units from the indexes of the truth and from a read model', 'test/views/view-cost.unit.ts'],
      ['is paid at each write, for the indexes and for the read models', 'test/views/view-cost.unit.ts'],
    ],
    scenario: 'lagging-view',
  },
  {
    name: 'distributed monolith',
    harm: 'functions that can only be deployed, or can only work, together',
    here: 'no function calls another: they meet in rows and messages. All are one repository and one release, on purpose: one team',
    tests: [
      [
        'allow beyond tables only what is listed here: reading its queue, sending, calling back, objects by prefix',
        'test/infra/least-privilege.unit.ts',
      ],
      [
        'call a published version of their function, so that a deployment changes no step of a running saga',
        'test/infra/sagas.unit.ts',
      ],
    ],
    accepted:
      'one release for everything; a second team would need contracts between deployments, which events have and rows have not',
  },
  {
    name: 'shared database',
    harm: 'everybody writes everything, so no rule has an owner',
    here: 'functions share tables, and each role names its tables and actions; a kind of row has one module that builds it',
    tests: [
      [
        'allow each function exactly the table access that app/functions.ts lists for it',
        'test/infra/least-privilege.unit.ts',
      ],
      [
        'is of exactly one kind, with its attributes and no others, after work of every kind',
        'test/schema/rows.unit.ts',
      ],
    ],
    accepted:
      'tables are shared by the functions of one team; tenants share them too, kept apart by keys and not by IAM',
  },
  {
    name: 'chatty saga',
    harm: 'a state and a round trip per step: price and latency without safety',
    here: 'neighbouring steps run in one task; fences, not states, make steps safe ([ADR 17](../adr/0017-phases-by-default.md))',
    tests: [
      ['of a notification is billed at most 3 transitions', 'test/docs/pages.int.ts'],
      ['counts calls to tables and mail, and fails when they grow', 'test/sagas/compile.unit.ts'],
    ],
  },
  {
    name: 'unbounded retry',
    harm: 'a poison message or a dead endpoint keeps the system busy for ever',
    here: 'every retry has a count and a deadline; then a dead letter, a parked saga, or a final outcome',
    tests: [
      ['a request, on “%s” to each %s', 'test/promises/bounded-retries.unit.ts'],
      [
        'the do of a saga step, on “%s” to each %s, with an error that is retried',
        'test/promises/bounded-retries.unit.ts',
      ],
    ],
    scenario: 'undo-keeps-failing',
  },
  {
    name: 'retry storm',
    harm: 'clients that retry in step keep a recovering service down',
    here: 'exponential backoff with full jitter; 429 and 503 say how long to wait',
    tests: [['waits between attempts with exponential backoff and full jitter', 'test/promises/failures.unit.ts']],
    accepted: 'clients that ignore Retry-After are stopped by the limits only',
  },
  {
    name: 'god table',
    harm: 'one table for everything: roles, streams and time to live cannot tell its rows apart',
    here: 'a table per kind of work ([ADR 11](../adr/0011-several-tables.md))',
    tests: [
      [
        'expire only fences, request keys and the counters of past seconds; time to live never touches the truth or its history',
        'test/infra/stored-data.unit.ts',
      ],
    ],
    accepted: '`Tickets` and `Views` hold several kinds each, where one transaction or one query needs them together',
  },
  {
    name: 'god function',
    harm: 'one role that may do everything',
    here: 'a function and a role per route ([ADR 10](../adr/0010-rest-api.md))',
    tests: [['may invoke only their function, and only by their own method and path', 'test/infra/http-api.unit.ts']],
  },
  {
    name: 'poison pill',
    harm: 'one event that cannot be handled stops all behind it',
    here: 'it blocks its own aggregate in one consumer ([ADR 5](../adr/0005-ordered-consumers-checkpoints-and-poison.md))',
    tests: [['applies the events of other aggregates while one is blocked', 'test/relay/consumer.unit.ts']],
    scenario: 'poison-message',
  },
  {
    name: 'exactly-once claimed by a queue',
    harm: 'deduplication ends after five minutes, and a redrive comes later',
    here: 'checkpoints in the transaction of the effect; never claimed for calls outside',
    tests: [
      [
        'applies each event once and in order, although messages arrive twice, late or in another order',
        'test/relay/consumer.unit.ts',
      ],
    ],
    scenario: 'events-out-of-order',
  },
  {
    name: 'distributed lock by lease',
    harm: 'a paused holder wakes up and writes beside its successor',
    here: 'no lock is held: conditions on versions, and a generation that every transaction of a saga checks',
    tests: [
      [
        'continues as its next generation, once, however many reconcilers run at once',
        'test/sagas/lost-executions.unit.ts',
      ],
    ],
    scenario: 'zombie-execution',
  },
  {
    name: 'last writer wins',
    harm: 'two people change one ticket, and one change is gone without a trace',
    here: 'every write expects the version that it read; `If-Match` for clients',
    tests: [['lets exactly one of 50 concurrent writers succeed', 'test/promises/concurrency.unit.ts']],
    scenario: 'hot-ticket',
  },
  {
    name: 'noisy neighbour',
    harm: 'one tenant takes the capacity of all',
    here: 'a limit per tenant, a concurrency per queue, room kept for the API ([ADR 23](../adr/0023-nobody-starves-anybody.md))',
    tests: [
      ['of one tenant takes nothing from another', 'test/http/tenant-limit.unit.ts'],
      [
        'leaves more than half of the account to the API, however much work waits behind it',
        'test/infra/capacity.unit.ts',
      ],
    ],
    accepted: 'queues are shared: a tenant’s backlog delays the notifications of others, within 25 functions at once',
  },
  {
    name: 'work that grows with history',
    harm: 'a job that was fast in the first month never ends in the third year',
    here: 'the work of every background function is bounded; rounds keep their position ([ADR 22](../adr/0022-sweeps-keep-their-position.md))',
    tests: [['is the same in %s, however much is stored', 'test/promises/bounded-work.unit.ts']],
    accepted: '`npm run check` and the repair of a restore read everything: [capacity](capacity.md#every-limit)',
  },
  {
    name: 'only the first page',
    harm: 'a query that is right in tests and forgets rows in production',
    here: 'every reader of pages is tried with pages of one row, and with empty ones',
    tests: [
      [
        'goes on to the next page: only these files read one page themselves, and each is tried above',
        'test/tables/every-page.unit.ts',
      ],
    ],
  },
  {
    name: 'swallowed failure',
    harm: 'a catch-all that turns a failure into success',
    here: 'outcomes are closed unions; an unknown one is 503 and never success',
    tests: [
      [
        'is answered with 503 when its outcome stays unknown, and repeating it with the same key resolves it',
        'test/promises/failures.unit.ts',
      ],
    ],
    scenario: 'lost-answer',
  },
  {
    name: 'silent background',
    harm: 'what does not run at all raises no error',
    here: 'alarms on silence, and a runbook for each ([ADR 21](../adr/0021-alarms-dead-letters-and-silence.md))',
    tests: [['raise an alarm on silence, or it is said why silence is normal', 'test/infra/asynchronous-ways.unit.ts']],
  },
  {
    name: 'history that can be edited',
    harm: 'an audit that proves what somebody wanted',
    here: 'no role may; hash chains and locked digests ([ADR 33](../adr/0033-events-are-hash-chained.md))',
    tests: [
      [
        'let nobody change or remove an event, by any action: history is append-only',
        'test/infra/least-privilege.unit.ts',
      ],
    ],
    scenario: 'tampered-history',
  },
  {
    name: 'stages that differ in logic',
    harm: 'what works on staging fails in production',
    here: 'one app; a test knows every difference ([ADR 28](../adr/0028-stages-differ-in-numbers-not-in-logic.md))',
    tests: [
      [
        'differ only where it is listed, with a reason: what works on one works on the other',
        'test/infra/stage-differences.unit.ts',
      ],
    ],
  },
  {
    name: 'mocks that agree with the code',
    harm: 'tests pass against what the author believed of the service',
    here: 'one suite runs against the twin and DynamoDB’s engine; two emulators by others run the app ([ADR 26](../adr/0026-emulators-are-targets-of-the-tests.md))',
    tests: [['apply each event once and in order although copies run concurrently', 'test/relay/engine.int.ts']],
    accepted: 'AWS itself has been reached by no test of this repository',
  },
]
