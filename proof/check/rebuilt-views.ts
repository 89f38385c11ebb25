import { projectViewsName } from '../../app/consumers/project-views.ts'
import { projectedSeq, projectInto } from '../../app/views/generations.ts'
import { projections } from '../../app/views/projections.ts'
import type { DomainEvent } from '../../domain/event.ts'
import {
  isIncomplete,
  isRead,
  maintainedGenerations,
  type ViewCatalog,
  type ViewGeneration,
} from '../../domain/view-catalog.ts'
import type { Checkpoint } from '../../tables/checkpoints.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { generationKey, isProjections, noProjections, parseProjections } from '../../tables/projections.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { isTicketText } from '../../tables/tickets.ts'
import { isCatalog, parseCatalog } from '../../tables/view-catalog.ts'
import { isOfGenerations } from '../../tables/views.ts'

/** The rows of the read models, as stored and as a rebuild from the events makes them. */
export interface ViewRows {
  stored: Row[]
  rebuilt: Row[]
  /** Events that a projection refused, and generations that lack some and do not say so; `generation` is a {@link generationKey}. */
  refused: { generation: string; subject: string; problem: string }[]
}

/**
 * Projects every event into an empty store: per generation, up to the event that it claims to reflect. Texts are those of the live rows:
 * events have none. So a word of a text that is gone is a difference, too.
 */
export async function rebuildViews({
  rows,
  events,
  checkpoints,
}: {
  rows: Record<TableName, Row[]>
  events: ReadonlyMap<string, DomainEvent[]>
  checkpoints: readonly { value: Checkpoint }[]
}): Promise<ViewRows> {
  const stored = rows.Views.find(isCatalog)
  const catalog: ViewCatalog = stored ? parseCatalog(stored).catalog : {}
  const maintained = maintainedGenerations(catalog)
  const projected = new Map(rows.Views.filter(isProjections).map((row) => [String(row.pk), parseProjections(row)]))
  const store = new MemoryStore()
  for (const row of rows.Tickets) if (isTicketText(row)) await store.write({ kind: 'put', table: 'Tickets', row })
  const refused: ViewRows['refused'] = []
  for (const { consumer, tenant, aggregate, appliedSeq } of checkpoints.map(({ value }) => value)) {
    if (consumer !== projectViewsName) continue
    const pk = aggregateKey(tenant, aggregate)
    for (const one of maintained) {
      if (!projections[one.view].aggregates.includes(aggregate.type)) continue
      const generation = generationKey(one)
      const seq = projectedSeq(one, projected.get(pk) ?? noProjections(tenant, aggregate), appliedSeq)
      if (seq < appliedSeq && isRead(catalog, one) && !isIncomplete(catalog, one))
        refused.push({
          generation,
          subject: `${generation} of ${pk}`,
          problem: `reflects ${seq} events, but ${appliedSeq} are applied: rebuild it`,
        })
      const failed = await projectHistory(store, one, (events.get(pk) ?? []).slice(0, seq))
      if (failed) refused.push({ generation, subject: `${generation} of ${pk}`, problem: failed })
    }
  }
  const rebuilt = await scanAll(store, 'Views')
  // A generation that was given up keeps its rows until somebody removes them.
  return { stored: rows.Views.filter((row) => isOfGenerations(row, maintained)), rebuilt, refused }
}

async function projectHistory(
  store: MemoryStore,
  generation: ViewGeneration,
  history: readonly DomainEvent[],
): Promise<string | undefined> {
  for (const event of history) {
    try {
      for (const write of await projectInto(store, event, [generation])) await store.write(write)
    } catch (error) {
      return `can't be rebuilt at event ${event.seq}: ${(error as Error).message}`
    }
  }
  return undefined
}
