import { keyAges } from '../../app/http/issuer-keys.ts'
import { windowMs } from '../../app/http/tenant-limit.ts'
import { catalogAgeMsMax } from '../../app/views/catalog.ts'
import { downloadUrlSeconds } from '../../functions/get-attachment/get-attachment.ts'
import { messageRetentionDays, oldVersionDays, quarantineOldVersionDays, tokenMinutes } from '../../infra/limits.ts'
import { stages } from '../../infra/stages.ts'
import { uploadSecondsDefault } from '../../sagas/attachment/attachment.ts'
import { retentionHours } from '../../tables/request-keys.ts'
import type { Role } from './authority.ts'

/** State that is neither a row nor an object of ours. */
export interface OtherState {
  what: string
  role: Role
  owner: string
  lives: string
  corrected: string
  deleted: string
}

export const otherPlaces = ['queues and streams', 'logs and metrics', 'outside', 'temporary', 'clients'] as const
export type OtherPlace = (typeof otherPlaces)[number]

const never = 'never: it is what happened'
const logDays = `${stages.prod.logRetention} days in production`

/** What holds state besides tables and buckets; `clients` hold it for the API. */
export const otherState: Record<OtherPlace, readonly OtherState[]> = {
  'queues and streams': [
    {
      what: 'dead letters',
      role: 'evidence',
      owner: 'whoever answers the alarm',
      lives: `${messageRetentionDays} days`,
      corrected: 'a redrive: each handler can take it again',
      deleted: 'by the operator, or by age',
    },
    {
      what: 'stream of `Outbox`',
      role: 'projection',
      owner: 'DynamoDB',
      lives: '24 hours',
      corrected: '`sweep-outbox` reads the table itself',
      deleted: 'by DynamoDB',
    },
    {
      what: 'stream of `Events`, with the row before a change',
      role: 'evidence',
      owner: 'DynamoDB',
      lives: '24 hours',
      corrected: never,
      deleted: 'by DynamoDB; `watch-events` has logged it by then',
    },
    {
      what: 'bounces and complaints in their topic',
      role: 'truth',
      owner: 'SES',
      lives: 'until `record-bounce` has written them, or its dead letter',
      corrected: 'a redrive',
      deleted: 'on delivery',
    },
  ],
  'logs and metrics': [
    {
      what: 'log groups of functions, API and sagas',
      role: 'evidence',
      owner: 'CloudWatch',
      lives: logDays,
      corrected: never,
      deleted: 'by age',
    },
    {
      what: 'metrics and states of alarms',
      role: 'projection',
      owner: 'CloudWatch',
      lives: '15 months, alarms’ history 30 days',
      corrected: 'by the next measurement',
      deleted: 'by CloudWatch',
    },
    {
      what: 'traces of X-Ray',
      role: 'evidence',
      owner: 'X-Ray',
      lives: '30 days',
      corrected: never,
      deleted: 'by X-Ray',
    },
    {
      what: 'CloudTrail: who changed what of the account',
      role: 'evidence',
      owner: 'the account',
      lives: '90 days, unless the account keeps it',
      corrected: never,
      deleted: 'by the account; this app configures none',
    },
  ],
  outside: [
    {
      what: 'who somebody is, and with which role: the token’s claims',
      role: 'truth',
      owner: 'the identity provider',
      lives: `a token at most ${tokenMinutes} minutes where the pool is ours`,
      corrected:
        'at the provider; a deactivation here ends every request at once ([ADR 20](../adr/0020-withdrawn-trust-ends.md))',
      deleted: 'at the provider; the user row stays, deactivated',
    },
    {
      what: 'execution of a saga and its history',
      role: 'projection',
      owner: 'Step Functions',
      lives: '90 days after its end',
      corrected: 'lost or wrong: `reconcile-sagas` starts the next generation from the saga’s row',
      deleted: 'by Step Functions',
    },
    {
      what: 'mail that was accepted',
      role: 'truth',
      owner: 'SES, then the recipient',
      lives: 'for ever: it cannot be called back',
      corrected: 'by another mail; `npm run damage` says who got what',
      deleted: 'by the recipient',
    },
    {
      what: 'suppression list of SES',
      role: 'truth',
      owner: 'nobody: it is switched off, and `mailSuppressed` of the user decides',
      lives: 'empty',
      corrected: '`DELETE /users/{userId}/mail-suppression`',
      deleted: 'empty',
    },
    {
      what: 'webhook message that was delivered',
      role: 'truth',
      owner: 'the tenant’s endpoint',
      lives: 'as the tenant likes',
      corrected: 'by a later event; the endpoint drops repetitions by `webhook-id`',
      deleted: 'by the tenant',
    },
    {
      what: 'verdict on an upload',
      role: 'truth',
      owner: 'GuardDuty',
      lives: 'as an attribute of the attachment',
      corrected: 'a later verdict: `infected` wins',
      deleted: 'never: it is part of the record of the file',
    },
    {
      what: 'backups of tables: any second of the last 35 days',
      role: 'snapshot',
      owner: 'DynamoDB',
      lives: '35 days',
      corrected: '[restore](../restore.md)',
      deleted: 'by age',
    },
    {
      what: 'old versions of objects',
      role: 'snapshot',
      owner: 'S3',
      lives: `${oldVersionDays} days in \`clean/\`, ${quarantineOldVersionDays} day in \`quarantine/\``,
      corrected: 'not: they are what an object was',
      deleted: 'by a rule of the bucket',
    },
    {
      what: 'resources as deployed',
      role: 'projection',
      owner: 'CloudFormation, from this repository',
      lives: 'with the stage',
      corrected: '`npm run deploy`',
      deleted: '`npm run destroy`; production refuses',
    },
  ],
  temporary: [
    {
      what: 'messages in flight: received, not deleted',
      role: 'projection',
      owner: 'SQS',
      lives: 'a visibility timeout',
      corrected: 'delivered again; its effect is once',
      deleted: 'when its batch succeeds',
    },
    {
      what: 'issuer’s keys in a function’s memory',
      role: 'cache',
      owner: '`app/http/issuer-keys.ts`',
      lives: `${keyAges.refreshMs / 1_000} s, ${keyAges.staleMsMax / 1_000} s while the issuer cannot be reached`,
      corrected: 'by the next fetch',
      deleted: 'with the environment',
    },
    {
      what: 'catalog of generations in the memory of `project-views`',
      role: 'cache',
      owner: '`app/views/catalog.ts`',
      lives: `${catalogAgeMsMax / 1_000} s; a rebuild waits longer than that before it switches`,
      corrected: 'by the next read',
      deleted: 'with the environment',
    },
    {
      what: 'requests that an environment may still serve of a tenant’s limit',
      role: 'cache',
      owner: '`app/http/tenant-limit.ts`',
      lives: `a window of ${windowMs / 1_000} s`,
      corrected: 'by the next window',
      deleted: 'with the environment',
    },
    {
      what: 'presigned address of an upload',
      role: 'cache',
      owner: '`functions/get-attachment`, fresh at each read',
      lives: `until the slot closes, ${uploadSecondsDefault / 60} minutes after it was opened`,
      corrected: 'read the attachment again',
      deleted: 'expires; length, type and SHA-256 are signed into it',
    },
    {
      what: 'presigned address of a download',
      role: 'cache',
      owner: '`functions/get-attachment`, fresh at each read',
      lives: `${downloadUrlSeconds} s`,
      corrected: 'read the attachment again',
      deleted: 'expires; a removal deletes the object behind it',
    },
    {
      what: 'parts of a multipart upload',
      role: 'cache',
      owner: 'S3: no address of ours allows one',
      lives: `${quarantineOldVersionDays} day at most`,
      corrected: 'not needed',
      deleted: 'by a rule of the bucket',
    },
    {
      what: 'task tokens',
      role: 'cache',
      owner: 'Step Functions; kept in fence, attachment or saga while it waits',
      lives: 'a wait',
      corrected: 'the next attempt stores its own, and never an earlier one',
      deleted: 'with the wait',
    },
    {
      what: 'cache of API Gateway',
      role: 'cache',
      owner: 'nobody: the stage has none, neither of answers nor of authorizations',
      lives: 'never',
      corrected: 'not needed',
      deleted: 'never there',
    },
  ],
  clients: [
    {
      what: '`Idempotency-Key`',
      role: 'truth',
      owner: 'the client: which requests are one and the same, only it knows',
      lives: `its record here ${retentionHours} hours`,
      corrected: 'a reuse for another request is 422',
      deleted: 'when the client has its answer',
    },
    {
      what: 'ETag: the version that a client has seen',
      role: 'cache',
      owner: 'the client',
      lives: 'as it likes',
      corrected: '`If-Match` of an old one is 412: read again',
      deleted: 'by the client',
    },
    {
      what: 'cursor of a list',
      role: 'cache',
      owner: 'the client; position and checksum, no rights',
      lives: 'without end: it is a position, not a state here',
      corrected: 'of another list or tenant: 400, begin again',
      deleted: 'by the client',
    },
    {
      what: '`X-View-Sequence` and `asOf` of an answer',
      role: 'snapshot',
      owner: 'the client',
      lives: 'as it likes',
      corrected: 'ask again, with `consistentWith` where it matters',
      deleted: 'by the client',
    },
    {
      what: 'bearer token',
      role: 'cache',
      owner: 'the client',
      lives: 'until `exp`',
      corrected: 'a new token; a deactivation here counts at once',
      deleted: 'by the client',
    },
    {
      what: 'secret of a webhook',
      role: 'snapshot',
      owner: 'the tenant’s endpoint; the truth is the webhook’s row',
      lives: 'until a rotation, and its overlap',
      corrected: '`POST /webhooks/{name}/secret-rotation`',
      deleted: 'by the tenant',
    },
  ],
}
