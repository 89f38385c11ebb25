import { type ArchiveObjects, readArchive } from '../../app/archive/archived-events.ts'
import { isCurrent, parseArchiveReference, storedEventRow } from '../../tables/archive-references.ts'
import type { Row } from '../../tables/store.ts'

/**
 * The events of every archive, as rows of `Events`, and what is wrong with archives: one that is missing or is not what was archived, and
 * events that are in `Events` as well.
 */
export async function readArchivedRows(
  references: readonly Row[],
  hot: readonly Row[],
  objects: ArchiveObjects | undefined,
): Promise<{ rows: Row[]; damaged: { subject: string; problem: string }[] }> {
  const rows: Row[] = []
  const damaged: { subject: string; problem: string }[] = []
  if (references.length === 0) return { rows, damaged }
  const hotKeys = new Set(hot.map(({ pk, sk }) => `${pk} ${sk}`))
  for (const row of references) {
    const subject = String(row.pk)
    try {
      const reference = parseArchiveReference(row)
      if (!isCurrent(reference)) continue
      if (!objects) throw new Error('is archived, and its archive was not read')
      const { tenant, ticketId } = reference
      const archived = (await readArchive(objects, reference)).map((event) => storedEventRow(tenant, ticketId, event))
      rows.push(...archived.filter(({ pk, sk }) => !hotKeys.has(`${pk} ${sk}`)))
      if (archived.some(({ pk, sk }) => hotKeys.has(`${pk} ${sk}`)))
        damaged.push({ subject, problem: 'has events that are in its archive and in Events, too' })
    } catch (error) {
      damaged.push({ subject, problem: `cannot be read whole: ${(error as Error).message}` })
    }
  }
  return { rows, damaged }
}
