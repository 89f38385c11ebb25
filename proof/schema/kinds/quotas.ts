import { UploadCounter } from '../../../domain/upload-quota.ts'
import { AttachmentBytes, reserveBytes, reserveUpload } from '../../../tables/attachment-quota.ts'
import { RateCounter, takeRequests } from '../../../tables/rate-limits.ts'
import { reserveSend, SendCounter } from '../../../tables/send-quota.ts'
import type { Write } from '../../../tables/store.ts'
import { atMs, tenant } from '../example.ts'
import { rowKind } from '../row-kind.ts'

const fenced = 'saga steps, in a transaction with their fence: each reservation counts once'

const sends = rowKind({
  name: 'send counter',
  table: 'Quotas',
  key: { pk: ['TENANT#{tenant}#QUOTA#SENDS', 'TENANT#{tenant}#QUOTA#WEBHOOKS'], sk: 'SHARD#{shard}' },
  is: 'the sends of one tenant in one hour, an eighth of its budget: mail and webhooks apart',
  life: 'counter',
  changed: `${fenced}; a repeated attempt at a webhook by a write of its own`,
  deleted: 'never: the next hour uses it again',
  unique: 'tenant, budget and shard: the key',
  schema: SendCounter,
  notes: {
    hour: { meaning: 'hours since the Unix epoch', changes: 'at the first send of an hour' },
    used: {
      meaning: 'sends reserved in that hour. Below 0 only after a broken clock: then it allows that many more',
      changes: 'with each send',
    },
  },
  example: () => written(reserveSend(tenant, 'mail', 5, undefined, atMs)?.write),
})

const bytes = rowKind({
  name: 'attachment bytes',
  table: 'Quotas',
  key: { pk: 'TENANT#{tenant}#QUOTA#ATTACHMENTS', sk: 'BYTES' },
  is: 'the bytes of one tenant’s files, with those that are being uploaded',
  life: 'counter',
  changed: fenced,
  deleted: 'never',
  unique: 'the tenant: the key',
  schema: AttachmentBytes,
  notes: { usedBytes: { meaning: 'at most 1,000 MiB', changes: 'with each reservation and release' } },
  example: () => written(reserveBytes(tenant, 48_211, undefined)),
})

const uploads = rowKind({
  name: 'upload counter',
  table: 'Quotas',
  key: { pk: 'TENANT#{tenant}#QUOTA#ATTACHMENTS', sk: 'USER#{userId}' },
  is: 'the files of one person: open uploads, and bytes',
  life: 'counter',
  changed: 'the request for an upload, in its transaction; saga steps, in a transaction with their fence',
  deleted: 'never',
  unique: 'the person: the key',
  schema: UploadCounter,
  notes: {
    openUploads: { meaning: 'uploads under way, at most 10', changes: 'with each request and end of an upload' },
    usedBytes: { meaning: 'at most a tenth of the tenant’s', changes: 'with each request, removal and failed upload' },
  },
  example: () => [reserveUpload(tenant, { userId: 'carla', sizeBytes: 48_211 })],
})

const rate = rowKind({
  name: 'rate counter',
  table: 'RateLimits',
  key: { pk: 'TENANT#{tenant}#RATE#{window}' },
  is: 'the requests of one tenant in one window of time',
  life: 'counter',
  changed: 'every function of the API, by portions, as long as some are left',
  deleted: 'by TTL, an hour after its window',
  unique: 'tenant and window: the key',
  schema: RateCounter,
  notes: {
    tenant: 'its tenant',
    taken: { meaning: 'requests that environments have taken', changes: 'with each portion' },
    expiresAt: 'epoch seconds; the TTL',
  },
  example: () => [takeRequests(tenant, { number: 1_772_366_400, windowMs: 1_000 }, { count: 5, max: 50 })],
})

function written(write: Write | undefined): Write[] {
  return write ? [write] : []
}

export const quotaKinds = [sends, bytes, uploads, rate]
