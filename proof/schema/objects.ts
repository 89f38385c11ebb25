import { dayPrefix, partPrefix } from '../../domain/digest.ts'
import { archivedEventsPrefix } from '../../domain/event-archive.ts'
import { oldVersionDays, quarantineDays } from '../../infra/limits.ts'
import { cleanPrefix, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'

/** One kind of object in S3. The metadata of a file is its row in `Tickets`. */
export interface ObjectKind {
  bucket: 'attachments' | 'digests' | 'archive'
  key: string
  is: string
  metadata: string
  writes: string
  deleted: string
  personal: string
}

const path = '{tenant}/{ticketId}/{attachmentId}'

export const objectKinds: readonly ObjectKind[] = [
  {
    bucket: 'attachments',
    key: `${quarantinePrefix}${path}`,
    is: 'one upload that is not inspected',
    metadata: 'length, type and SHA-256 are signed into the address',
    writes: 'whoever holds the address, once',
    deleted: `by its saga, or a sweep; what is left, after ${quarantineDays} days`,
    personal: 'what the file holds',
  },
  {
    bucket: 'attachments',
    key: `${cleanPrefix}${path}`,
    is: 'one file of a ticket: the inspected bytes, by their ETag',
    metadata: '`correlation-id`, `traceparent`, content type',
    writes: 'its saga, by copying',
    deleted: `by the removal saga; the old version after ${oldVersionDays} days`,
    personal: 'what the file holds',
  },
  {
    bucket: 'digests',
    key: `${partPrefix}{day}/{hash}.json`,
    is: 'the newest events of some aggregates; the key holds the hash of the text',
    metadata: 'none',
    writes: '`reconcile-consumers`',
    deleted: 'after its lock: a year in production',
    personal: 'none: aggregates are hashes',
  },
  {
    bucket: 'digests',
    key: `${dayPrefix}{day}.json`,
    is: 'the parts of one day and the hash of the day before',
    metadata: 'none',
    writes: '`reconcile-consumers`',
    deleted: 'after its lock: a year in production',
    personal: 'none',
  },
  {
    bucket: 'archive',
    key: `${archivedEventsPrefix}{tenant}/{ticketId}/{seq}-{hash}.json`,
    is: 'the events 1 to `seq` of a ticket in canonical JSON; the key holds the hash of the text',
    metadata: 'its row `ARCHIVE` in `Tickets`',
    writes: '`npm run archive`',
    deleted: `never by itself, so that an erasure can; the old version after ${oldVersionDays} days`,
    personal: 'ids: no words of people',
  },
]
