import type { Risk } from './risk.ts'

/** Every abstraction that the system stands on, with what it does not tell at first sight. */
export const abstractionRisks: readonly Risk[] = [
  {
    name: 'DynamoDB transactions',
    harm: 'a conflict cancels the whole, the answer may be lost, and a token is known for ten minutes only',
    here: 'each answer is one of a closed set; an unknown outcome is found by the token, then by the request key',
    tests: [
      ['is resolved by its request key when DynamoDB no longer knows the token', 'test/promises/failures.unit.ts'],
      ['is followed by the same bytes under the same token until an answer is definite', 'test/tables/commit.unit.ts'],
    ],
    scenario: 'lost-answer',
    accepted: 'twice the write units; 100 rows and 4 MB at most; one region',
  },
  {
    name: 'secondary indexes',
    harm: 'they are read eventually, and a hot index key throttles its table',
    here: 'no decision rests on an index alone: what it names is read from the table before it is changed',
    tests: [
      [
        'is unassigned from a ticket that the index lacked, when the event of the assignment arrives',
        'test/relay/unassign-tickets.unit.ts',
      ],
    ],
    accepted: 'a list may lack its reader’s last write for a moment',
  },
  {
    name: 'streams',
    harm: '24 hours, two readers, a shard that stops at one bad record',
    here: 'the outbox row is the truth, the stream only its speed; every record is acknowledged',
    tests: [
      ['is reported, stays in the outbox, and does not delay others', 'test/relay/relay.unit.ts'],
      ['have at most two readers per shard', 'test/proof/capacity/capacity.unit.ts'],
    ],
    scenario: 'relay-stops-half-way',
  },
  {
    name: 'time to live',
    harm: 'rows stay for days after they expired',
    here: 'readers judge by the time in the row, and a put replaces an expired one',
    tests: [
      ['replaces the request key once it has expired, by the clock of any machine', 'test/tables/commit.unit.ts'],
    ],
  },
  {
    name: 'on-demand capacity',
    harm: 'a new table has four partitions, and a key never has more than one',
    here: 'every key is judged under skew; throttling for minutes is alarmed',
    tests: [
      [
        'is alarmed for reads and for writes of every table: what is throttled for minutes is late for users',
        'test/infra/throttling.unit.ts',
      ],
      ['makes keys hotter the larger the largest tenant is', 'test/proof/capacity/capacity.unit.ts'],
    ],
    accepted:
      'words of one tenant with one first letter share a key: [capacity](capacity.md#hot-partitions-and-large-tenants)',
  },
  {
    name: 'FIFO queues',
    harm: 'order ends at a redrive, deduplication after five minutes, and one group can hide others',
    here: 'consumers keep order themselves; a blocked group’s later messages are acknowledged',
    tests: [
      [
        'blocks its aggregate at once; later events are acknowledged unapplied, and the highest of them is recorded',
        'test/relay/poison.unit.ts',
      ],
      ['keep the events of one aggregate in order for %s, and those of others apart', 'test/infra/messaging.unit.ts'],
    ],
    scenario: 'queue-loses-a-message',
  },
  {
    name: 'visibility timeout',
    harm: 'a slow function’s message is handled by a second copy at the same time',
    here: 'six times the function’s timeout, and checkpoints that two copies cannot both advance',
    tests: [['apply each event once (schedule %i)', 'test/relay/two-copies.unit.ts']],
  },
  {
    name: 'Step Functions',
    harm: 'callbacks arrive once at most, an execution can be lost, its history is finite and cannot be erased',
    here: 'the waiting side looks for itself; generations follow lost executions; histories hold ids only',
    tests: [
      [
        'an execution writes at most 25,000 history events, with every retry used and five resumes',
        'test/sagas/limits.unit.ts',
      ],
      ['whose callback is lost is found when the wait times out', 'test/sagas/scan-verdict.unit.ts'],
    ],
    scenario: 'orphan-step',
    accepted: 'an execution keeps its code to the end, faults included',
  },
  {
    name: 'Lambda freeze and reuse',
    harm: 'work after the answer may never run, or run in another request; what stays in memory belongs to the next caller',
    here: 'nothing is left running; what environments keep is keys, clients and the portion of a limit, all by tenant or of none',
    tests: [
      [
        'stop being accepted within five minutes of their withdrawal, also in a warm environment',
        'test/http/issuer-keys.unit.ts',
      ],
      [
        'holds over all environments together: each exceeds it by one portion at most',
        'test/http/tenant-limit.unit.ts',
      ],
    ],
  },
  {
    name: 'Lambda’s own retries',
    harm: 'an asynchronous event arrives again, or at two copies at once',
    here: 'every handler may be invoked twice; what fails three times is kept',
    tests: [['takes effect once, however often it is delivered', 'test/notifications/record-bounce.unit.ts']],
  },
  {
    name: 'presigned URLs',
    harm: 'whoever has the address may use it, for other bytes too',
    here: 'type, length, SHA-256 and “not over another” are signed headers; what was stored is inspected again',
    tests: [
      [
        'signs length, type, SHA-256 and the refusal to overwrite, so that S3 accepts no other file',
        'test/gateways/presigned-upload.unit.ts',
      ],
      ['that is replaced between inspection and promotion is not promoted', 'test/sagas/attachment.unit.ts'],
    ],
    scenario: 'infected-upload',
    accepted: 'an address works until it expires, also for someone who was deactivated meanwhile',
  },
  {
    name: 'S3 notifications',
    harm: 'they arrive late, twice, or not at all',
    here: 'the sweep lists what is there; every signal runs one procedure',
    tests: [['whose event is lost is found and accepted when the wait times out', 'test/sagas/attachment.unit.ts']],
    scenario: 'upload-never-comes',
  },
  {
    name: 'clocks',
    harm: 'machines disagree, and a clock can be set back',
    here: 'order is by version; where a time decides, there is a margin for skew ([time](../time.md))',
    tests: [
      ['is a new request only after 24 hours plus the margin for clock skew', 'test/promises/idempotency.unit.ts'],
      ['age by a clock that was set back, too', 'test/http/issuer-keys.unit.ts'],
    ],
    scenario: 'clock-ahead',
  },
  {
    name: 'e-mail and webhooks',
    harm: 'an accepted call says nothing about arrival; an unknown one may have happened',
    here: 'intent before the call, at least once after it, one id in every copy ([ADR 7](../adr/0007-outside-effects.md))',
    tests: [['is the same bytes in every attempt, and leaves Message-ID and Date to SES', 'test/sagas/mail.unit.ts']],
    scenario: 'mail-down',
    accepted: 'a mail may arrive twice',
  },
  {
    name: 'JWT',
    harm: 'a token outlives the trust in its owner or its key',
    here: 'each request reads the user; keys get old ([ADR 20](../adr/0020-withdrawn-trust-ends.md))',
    tests: [
      [
        'can read nothing, not even in a tenant where someone else of the same id is active',
        'test/promises/deactivated-user.unit.ts',
      ],
    ],
  },
  {
    name: 'zod',
    harm: 'unknown members are dropped without a word, and defaults hide what was sent',
    here: 'requests are strict; stored rows are held to the catalogue of kinds; a spelled-out default is another payload',
    tests: [
      [
        'is refused when only a default is spelled out, as that is another payload',
        'test/promises/idempotency.unit.ts',
      ],
      ['is reported when it has an attribute that its kind does not have, or lacks one', 'test/schema/rows.unit.ts'],
    ],
  },
  {
    name: 'canonical JSON',
    harm: 'two spellings of one request have two fingerprints, or two requests have one',
    here: 'RFC 8785 by a kept library, and the recorded hashes of released versions',
    tests: [
      [
        'is the same request when its JSON has another member order, white space or escapes',
        'test/promises/idempotency.unit.ts',
      ],
      ['still has the hash that was recorded: no later version may compute another', 'test/tables/stored-rows.unit.ts'],
    ],
  },
  {
    name: 'Powertools logger and metrics',
    harm: 'a logged error prints all its properties; metrics of a failed invocation are lost',
    here: 'one logger that writes chosen facts; one middleware that flushes whatever happens',
    tests: [
      [
        'is the only one: no function makes its own, which would print every property of an error',
        'test/promises/secrets.unit.ts',
      ],
      ['is in no log line, metric, error or message of a function in the background', 'test/promises/secrets.unit.ts'],
    ],
  },
  {
    name: 'retries of the AWS SDK',
    harm: 'it repeats a write by itself, so “failed” may have happened twice',
    here: 'tokens and conditions make every write repeatable; each client has a time limit below the function’s',
    tests: [
      ['to a transaction are awaited for a shorter time than a function has', 'test/tables/dynamo-answers.int.ts'],
    ],
  },
  {
    name: 'CDK names and tokens',
    harm: 'a renamed construct replaces a table; a token is not the text it looks like',
    here: 'a deployment that replaces data is refused; names and outputs are compared as they are synthesized',
    tests: [
      ['deletes, replaces and renames nothing that holds data or has an address', 'test/infra/replacement.unit.ts'],
      [
        'is refused with one line per resource, which says what is lost and how to go on',
        'test/infra/replacement-guard.int.ts',
      ],
    ],
  },
  {
    name: 'CloudFormation order',
    harm: 'a queue, a topic or a log group is used before its policy lets it',
    here: 'dependencies are said, and compared in the template',
    tests: [
      [
        'may be used by every service that the template makes use them, by resource policy and by key policy',
        'test/infra/service-access.unit.ts',
      ],
      [
        'is deployed after all its routes and errors: one that is made later is missing until the next deployment',
        'test/infra/http-api.unit.ts',
      ],
    ],
  },
  {
    name: 'API Gateway',
    harm: 'it answers by itself, in its own form, and changes headers',
    here: 'its errors are problems like ours; the request is passed on unchanged',
    tests: [
      ['cover every error that the gateway can make itself', 'test/infra/http-api.unit.ts'],
      [
        'pass the request on unchanged: the function verifies the token and validates the body',
        'test/infra/http-api.unit.ts',
      ],
    ],
    accepted: '29 seconds, and a price per request that includes strangers’',
  },
  {
    name: 'cursors',
    harm: 'a position that a client holds is a key that a client can forge',
    here: 'a cursor is a position, bound to its list; keys are built from the caller’s scope',
    tests: [['of every list in the API is tried here', 'test/http/cursors.unit.ts']],
    scenario: 'two-tenants-same-key',
  },
  {
    name: 'the in-memory twins and the embedded stack',
    harm: 'they are right where we thought of it',
    here: 'one suite for twin and engine; two emulators by others',
    tests: [
      [
        'empty the outbox: the relay publishes what the stream delivers, the sweeper the rest',
        'test/relay/engine.int.ts',
      ],
    ],
    accepted: '[each target’s divergences](../targets.md) are listed; AWS’s own limits, alarms and zones are not tried',
  },
]
