import { archiveFactsOf, archivePrefix } from '../../domain/event-archive.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import {
  type ArchiveReference,
  isArchiveReference,
  isCurrent,
  parseArchiveReference,
  storedEventRow,
} from '../../tables/archive-references.ts'
import { aggregateOfKey, seqKey } from '../../tables/keys.ts'
import type { Row } from '../../tables/store.ts'
import { readArchive } from '../archive/archived-events.ts'
import type { RestoredRows } from './restored-tables.ts'

/** What archives have of the histories of the restored tickets, as rows of `Events`. */
export interface ArchivedHistories {
  /** The restored ticket refers to their archive: they stay there. */
  archived: Row[]
  /** They are in `Events` although the restored ticket refers to their archive: they were put back after its point, and leave again. */
  surplus: Row[]
  /** They had left `Events` for an archive after the point of the restored ticket, which wants them in `Events`. */
  putBack: Row[]
  /** Why archives can't be read. */
  refusals: string[]
}

/** Archives read at the same time. */
const concurrency = 16

type Archives = Pick<ObjectStore, 'head' | 'read' | 'list'>

/**
 * Where the events of each restored ticket belong is said by the ticket's own archive reference, as `Tickets` is the truth.
 * An archive never changes, so what left `Events` between the points of the two tables is still in one. `archives` is
 * undefined for a stage without any.
 */
export async function readArchivedHistories(
  archives: Archives | undefined,
  { Tickets, Events }: Pick<RestoredRows, 'Tickets' | 'Events'>,
): Promise<ArchivedHistories> {
  const found: ArchivedHistories = { archived: [], surplus: [], putBack: [], refusals: [] }
  const histories = incompleteHistories(Tickets, Events)
  for (let done = 0; done < histories.length; done += concurrency)
    await Promise.all(
      histories.slice(done, done + concurrency).map(async (history) => {
        try {
          if (!archives) throw new Error('the stage has no archive bucket in its outputs')
          await complete(archives, history, found)
        } catch (error) {
          found.refusals.push(`${history.pk} cannot be read whole: ${(error as Error).message}`)
        }
      }),
    )
  return found
}

/** A ticket, and what of its history is in `Events`. */
interface IncompleteHistory {
  pk: string
  header: Row
  reference: ArchiveReference | undefined
  hot: readonly Row[]
}

/** Those of tickets with an archive, and those that lack events. */
function incompleteHistories(tickets: readonly Row[], events: readonly Row[]): IncompleteHistory[] {
  const references = new Map(
    tickets
      .filter(isArchiveReference)
      .map((row) => [String(row.pk), parseArchiveReference(row)] as const)
      .filter(([, reference]) => isCurrent(reference)),
  )
  const hot = Map.groupBy(events, ({ pk }) => String(pk))
  return tickets.flatMap((header) => {
    const pk = String(header.pk)
    if (header.sk !== 'HEADER' || aggregateOfKey(pk)?.aggregate.type !== 'ticket') return []
    const history = { pk, header, reference: references.get(pk), hot: hot.get(pk) ?? [] }
    return history.reference || missingSeqs(history).length > 0 ? [history] : []
  })
}

async function complete(archives: Archives, history: IncompleteHistory, found: ArchivedHistories): Promise<void> {
  const { reference, hot } = history
  if (reference) {
    const { tenant, ticketId, seq } = reference
    found.archived.push(
      ...(await readArchive(archives, reference)).map((event) => storedEventRow(tenant, ticketId, event)),
    )
    found.surplus.push(...hot.filter((row) => Number(row.sk) <= seq))
  }
  const missing = new Set(missingSeqs(history).map(seqKey))
  if (missing.size === 0) return
  const later = await laterArchive(archives, history)
  found.putBack.push(...later.filter(({ sk }) => missing.has(String(sk))))
}

/** The events that are to be in `Events`, and are not. */
function missingSeqs({ header, reference, hot }: IncompleteHistory): number[] {
  const stored = new Set(hot.map(({ sk }) => Number(sk)))
  const first = (reference?.seq ?? 0) + 1
  return Array.from({ length: Math.max(0, Number(header.version) - first + 1) }, (_, index) => first + index).filter(
    (seq) => !stored.has(seq),
  )
}

/** The events of an archive that was made at this version of the ticket or at a later one; none if there is no such archive. */
async function laterArchive(archives: Archives, { pk, header }: IncompleteHistory): Promise<Row[]> {
  const scope = aggregateOfKey(pk)
  if (!scope) return []
  const { tenant, aggregate } = scope
  const version = Number(header.version)
  const { objects } = await archives.list(archivePrefix(tenant, aggregate.id))
  for (const { key } of objects) {
    const facts = archiveFactsOf(key)
    if (!facts || facts.seq < version) continue
    const events = await readArchive(archives, facts)
    // The chain makes it the history of this ticket, and not of one that an earlier restore has cut.
    if (events[version - 1]?.hash === header.eventHash)
      return events.map((event) => storedEventRow(tenant, aggregate.id, event))
  }
  return []
}
