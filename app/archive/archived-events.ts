import { ArchiveDamagedError, type ArchiveFacts, openArchive } from '../../domain/event-archive.ts'
import type { StoredEvent } from '../../domain/event-chain.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import {
  type ArchiveReference,
  archiveReferenceRow,
  isCurrent,
  storedEventRow,
} from '../../tables/archive-references.ts'
import { aggregateOfKey, seqKey } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Page, Query, Row, Store } from '../../tables/store.ts'

/** The archives, as a reader needs them. */
export type ArchiveObjects = Pick<ObjectStore, 'head' | 'read'>

/** A few hundred times what the largest archive has. */
const archiveBytesMax = 8 * 1024 * 1024

/** How often a reader looks again when a ticket's events were moved while it read: each look means another run of the archive command. */
const looksMax = 5

/** The events of an archive. Throws {@link ArchiveDamagedError} when it is gone, or is not what was archived. */
export async function readArchive(objects: ArchiveObjects, archive: ArchiveFacts): Promise<StoredEvent[]> {
  const { key } = archive
  const head = await objects.head(key)
  const bytes = head && (await objects.read(key, { etag: head.etag, bytesMax: archiveBytesMax }))
  if (!bytes) throw new ArchiveDamagedError(`the archive ${key} is missing: restore its old version in the bucket`)
  return openArchive(Buffer.from(bytes).toString(), archive)
}

/**
 * The store, with the events of archived tickets as if they were in `Events`: a reader or a query of events finds them in the archive.
 * A query that got its events without a gap up to its `to` costs nothing more; any other also gets the archive reference. A scan finds what
 * is in `Events` only.
 *
 * It does not hand on what a `MigratedStore` knows of stages, so it goes below one (`openStore`).
 */
export function withArchivedEvents(store: Store & { forms?: never }, objects: ArchiveObjects): Store {
  const referenceOf = async (partition: string) => {
    const scope = aggregateOfKey(partition)
    return scope?.aggregate.type === 'ticket'
      ? readRow(store, archiveReferenceRow(scope.tenant, scope.aggregate.id))
      : undefined
  }

  async function get(read: Parameters<Store['get']>[0]): Promise<Row | undefined> {
    if (read.table !== 'Events') return store.get(read)
    const seq = Number(read.key.sk)
    let seen: number | undefined
    for (let look = 0; look < looksMax; look++) {
      const row = await store.get(read)
      if (row) return row
      const reference = await referenceOf(read.key.pk)
      if (!reference || seq > reference.seq || seen === reference.revision) return undefined
      if (isCurrent(reference)) return (await archivedRows(objects, reference))[seq - 1]
      seen = reference.revision
    }
    throw new Error(`event ${seq} was moved again and again while it was read: try again`)
  }

  async function query(request: Query): Promise<Page> {
    if (request.table !== 'Events') return store.query(request)
    let seen: number | undefined
    for (let look = 0; look < looksMax; look++) {
      const page = await store.query(request)
      if (isWhole(request, page)) return page
      // A query is not one moment: it can show half of a removal or of a restore, and end too early by that. Where the reference
      // was the same before and after it, nothing was moved meanwhile.
      const reference = await referenceOf(request.partition)
      if (!reference || firstOf(request) > reference.seq || seen === reference.revision) return page
      if (isCurrent(reference)) return archivedPage(request, await archivedRows(objects, reference))
      seen = reference.revision
    }
    throw new Error('events were moved again and again while they were read: try again')
  }

  return {
    get,
    query,
    scan: (request) => store.scan(request),
    write: (write) => store.write(write),
    transactRead: (reads) => store.transactRead(reads),
    batchRead: (reads) => store.batchRead(reads),
    transactWrite: (writes, token) => store.transactWrite(writes, token),
  }
}

async function archivedRows(objects: ArchiveObjects, reference: ArchiveReference): Promise<Row[]> {
  const { tenant, ticketId } = reference
  return (await readArchive(objects, reference)).map((event) => storedEventRow(tenant, ticketId, event))
}

/** The first event that is asked for. */
function firstOf({ sort, after }: Query): number {
  const from = sort && 'from' in sort ? Number(sort.from) : 1
  return after ? Math.max(from, Number(after.sk) + 1) : from
}

function lastOf({ sort }: Query): number {
  return sort && 'to' in sort ? Number(sort.to) : Number.POSITIVE_INFINITY
}

/** Whether each event from the first to the last that is asked for is there; on a page before the last one, from the first on. */
function isWhole(request: Query, { rows, next }: Page): boolean {
  const last = lastOf(request)
  const first = firstOf(request)
  if (first > last) return true
  if (!rows.every(({ sk }, index) => Number(sk) === first + index)) return false
  return next === undefined ? first + rows.length > last : rows.length > 0
}

/** Always with a `next`, unless the archive reaches as far as the query: later events are in `Events`. */
function archivedPage(request: Query, archived: readonly Row[]): Page {
  const [first, last] = [firstOf(request), lastOf(request)]
  const asked = archived.slice(first - 1, Math.min(last, archived.length))
  const rows = asked.slice(0, request.limit)
  const lastSeq = first + rows.length - 1
  return lastSeq >= last ? { rows } : { rows, next: { pk: request.partition, sk: seqKey(lastSeq) } }
}
