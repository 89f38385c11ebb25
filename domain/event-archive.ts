import canonicalize from 'canonicalize'
import * as z from 'zod'
import type { StoredEvent } from './event-chain.ts'
import { ResourceId, TenantId } from './ids.ts'
import { sha256Hex } from './sha256.ts'

/**
 * The archive of a closed ticket: its events as one document in canonical JSON (RFC 8785), under a key that holds the hash of the document
 * (docs/adr/0045). Like events it holds facts and references, never text that people wrote.
 */
export const EventArchive = z.strictObject({
  format: z.literal(1),
  tenant: TenantId,
  ticketId: ResourceId,
  /** The events as they are stored: each attribute is part of an event's hash, also one that this version does not know. */
  events: z.array(z.looseObject({ seq: z.int().positive() })),
})

/** What is known of an archive without opening it. */
export interface ArchiveFacts {
  tenant: string
  ticketId: string
  /** The number of its last event; the first is 1. */
  seq: number
  key: string
  /** The digest of its bytes, in hex. */
  sha256: string
}

export interface ArchiveDocument extends ArchiveFacts {
  text: string
}

/** An archive that is missing or is not what was archived. A caller that meets it must not go on as if there were no events. */
export class ArchiveDamagedError extends Error {
  override readonly name = 'ArchiveDamagedError'
}

/** The archive of a ticket's whole history. The same events make the same bytes under the same key. */
export function archiveDocument(tenant: string, ticketId: string, events: readonly StoredEvent[]): ArchiveDocument {
  const text = canonicalize({ format: 1, tenant, ticketId, events }) ?? ''
  const seq = events.length
  const sha256 = sha256Hex(text)
  return { tenant, ticketId, seq, sha256, text, key: `${archivePrefix(tenant, ticketId)}${seq}-${sha256}.json` }
}

export const archivedEventsPrefix = 'events/'

/** Everything that was ever archived of a ticket is under this prefix: what an erasure deletes. */
export function archivePrefix(tenant: string, ticketId: string): string {
  return `${archivedEventsPrefix}${tenant}/${ticketId}/`
}

/** What the key of an archive says of it; undefined for any other key. */
export function archiveFactsOf(key: string): ArchiveFacts | undefined {
  const [, tenant, ticketId, seq, sha256] =
    /^events\/([^/]+)\/([^/]+)\/([1-9]\d*)-([0-9a-f]{64})\.json$/.exec(key) ?? []
  return tenant && ticketId && seq && sha256 ? { tenant, ticketId, seq: Number(seq), key, sha256 } : undefined
}

/** The events of an archive, from the first on. Throws {@link ArchiveDamagedError} unless the text is exactly what was archived. */
export function openArchive(text: string, { tenant, ticketId, seq, key, sha256 }: ArchiveFacts): StoredEvent[] {
  if (sha256Hex(text) !== sha256) throw new ArchiveDamagedError(`the archive ${key} is not what was archived`)
  const archive = EventArchive.parse(JSON.parse(text))
  const isWhole = archive.events.length === seq && archive.events.every((event, index) => event.seq === index + 1)
  if (!isWhole || archive.tenant !== tenant || archive.ticketId !== ticketId)
    throw new ArchiveDamagedError(`the archive ${key} does not hold the events 1 to ${seq} of its ticket`)
  return archive.events
}
